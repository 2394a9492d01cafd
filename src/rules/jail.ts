import { existsSync } from 'node:fs'

export type JailName = 'none' | 'unshare' | 'bwrap'

/** How a runner is held by the operating system, besides what Node itself refuses. */
export interface Jail {
  readonly name: JailName
  /** What to execute so that `program` runs inside. */
  readonly command: (program: Program) => readonly [string, ...string[]]
  /** Whom it runs as, where Usher itself is root. */
  readonly uid?: number
}

export interface Program {
  readonly node: string
  readonly args: readonly string[]
  /** Folders and files it reads. */
  readonly reads: readonly string[]
}

const NOBODY = 65534
/** The only file a runner writes is its register. */
const FILE_BYTES = 8 * 1024
/** V8 does not start with less than 600 MB of address space for data. */
const DATA_BYTES = 700 * 1024 * 1024
const LIMITS = ['prlimit', `--data=${DATA_BYTES}`, '--nofile=64', '--core=0', `--fsize=${FILE_BYTES}`, '--']
/**
 * Dies with Usher; never takes the processor from it by waking up, which would cost both of them twice as much; and is the
 * first to die when memory is short, which can be asked for only outside the user namespace.
 */
const HUMBLE = ['setpriv', '--pdeathsig', 'KILL', '--', 'chrt', '--batch', '0', 'choom', '-n', '1000', '--'] as const
const SYSTEM_FOLDERS = ['/lib', '/lib64', '/usr/lib', '/usr/lib64']

const unshare: Jail = {
  name: 'unshare',
  command: ({ node, args }) => [
    ...HUMBLE,
    ...['unshare', '--user', '--net', '--pid', '--ipc', '--uts', '--mount', '--fork', '--kill-child=SIGKILL', `--map-user=${NOBODY}`, '--'],
    ...LIMITS,
    node,
    ...args,
  ],
}

const bwrap: Jail = {
  name: 'bwrap',
  command: ({ node, args, reads }) => [
    ...HUMBLE,
    ...['bwrap', '--unshare-all', '--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--uid', `${NOBODY}`, '--gid', `${NOBODY}`],
    ...[...SYSTEM_FOLDERS.filter((folder) => existsSync(folder)), ...toolsOf(), node, ...reads].flatMap((path) => [
      '--ro-bind',
      path,
      path,
    ]),
    ...['--proc', '/proc', '--dev', '/dev', '--'],
    ...LIMITS,
    node,
    ...args,
  ],
}

const toolsOf = (): readonly string[] => ['/usr/bin/prlimit', '/bin/prlimit'].filter((file) => existsSync(file)).slice(0, 1)

/** No namespaces, but still limits where the tools are there. */
const limited: Jail = { name: 'none', command: ({ node, args }) => [...HUMBLE, ...LIMITS, node, ...args] }
const bare: Jail = { name: 'none', command: ({ node, args }) => [node, ...args] }

/** What to try, best first; the first in which a runner starts is the one in force. */
export const jailsToTry = (wanted: 'auto' | JailName, { isRoot }: { readonly isRoot: boolean }): readonly Jail[] => {
  const named = [unshare, bwrap, limited, bare].filter(({ name }) => wanted === 'auto' || name === wanted)
  // As nobody where root can say so; where nobody may not read the program, as root inside the jail.
  return named.flatMap((jail) => (isRoot ? [{ ...jail, uid: NOBODY }, jail] : [jail]))
}
