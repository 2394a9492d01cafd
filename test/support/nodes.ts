import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type App, createApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import type { Environment } from '../../src/environment.ts'
import { openBalancer } from './balancer.ts'
import { freePort } from './free-port.ts'
import { certificateFor } from './own-certificate.ts'

interface Installation {
  readonly folder: string
  readonly publicUrl: URL
  readonly database: string
  readonly environment: Environment
  /** How many share the database, with a balancer in front; undefined for one without. */
  readonly nodes: number | undefined
}

type Apps = readonly [App, ...App[]]

/** The nodes of an installation, all listening. */
export const startNodes = async ({ nodes, ...installation }: Installation) => {
  const port = Number(installation.publicUrl.port)
  const ports = nodes === undefined ? [port] : await Promise.all(Array.from({ length: nodes }, freePort))
  const balancer = nodes === undefined ? undefined : await openBalancer(port, ports)
  const [firstFile = '', ...otherFiles] = ports.map((one) => writeConfig(installation, one))
  const startOne = async (configFile: string): Promise<App> => {
    const app = await createApp(readConfig(configFile), { role: 'server', environment: installation.environment })
    await app.listen()
    return app
  }
  const start = async (): Promise<Apps> => [await startOne(firstFile), ...(await Promise.all(otherFiles.map(startOne)))]
  let apps = await start()
  const stop = () => Promise.all(apps.map((one) => one.stop()))
  return {
    apps: () => apps,
    /** Stops all of them and starts them again on the same data. */
    restart: async (): Promise<void> => {
      await stop()
      apps = await start()
    },
    close: async (): Promise<void> => {
      await balancer?.close()
      await stop()
    },
  }
}

/** A node's own file; all nodes have one key. */
const writeConfig = ({ folder, publicUrl, database }: Omit<Installation, 'nodes'>, port: number): string => {
  const keyFile = join(folder, 'kek')
  if (!existsSync(keyFile)) writeFileSync(keyFile, randomBytes(32).toString('base64'), { mode: 0o600 })
  const file = join(folder, `usher-${port}.json`)
  const config = { publicUrl: publicUrl.origin, dataDirectory: join(folder, 'data'), database, keyFile, listen: `127.0.0.1:${port}` }
  const tls = publicUrl.protocol === 'https:' ? certificateFor(publicUrl.hostname, folder) : {}
  writeFileSync(file, JSON.stringify({ ...config, ...tls }))
  return file
}
