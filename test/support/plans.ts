/** Runs a statement and answers with its rows. */
export type Sql = (statement: string) => Promise<readonly Readonly<Record<string, unknown>>[]>

/** How a statement finds rows of one table. */
export interface Access {
  /** Undefined when it reads the whole table. */
  readonly index?: string
  /** True when at most one row can have these values. */
  readonly isByUniqueKey: boolean
  readonly text: string
}

/** How SQLite would find its rows. */
export const sqlitePlan = async (sql: Sql, statement: string): Promise<readonly Access[]> => {
  const rows = await sql(`explain query plan ${statement}`)
  const texts = rows.map((row) => String(row['detail'])).filter((text) => /^(SCAN|SEARCH)/.test(text) && text !== 'SCAN CONSTANT ROW')
  return Promise.all(texts.map((text) => sqliteAccess(sql, text)))
}

const sqliteAccess = async (sql: Sql, text: string): Promise<Access> => {
  const index = /^SEARCH \S+ .*USING (?:COVERING )?INDEX (\S+)/.exec(text)?.[1]
  if (index === undefined) return { isByUniqueKey: false, text }
  const [table] = await sql(`select tbl_name from sqlite_master where type = 'index' and name = '${index}'`)
  const [kept] = await sql(`select "unique" as is_unique from pragma_index_list('${String(table?.['tbl_name'])}') where name = '${index}'`)
  const columns = await sql(`select name from pragma_index_info('${index}')`)
  const compared = text.match(/=\?/g)?.length ?? 0
  return { index, isByUniqueKey: kept?.['is_unique'] === 1 && compared === columns.length, text }
}

/** How PostgreSQL would find its rows, were the tables large. */
export const postgresPlan = async (sql: Sql, statement: string): Promise<readonly Access[]> => {
  const types = statement.match(/\$\d+/g) ?? []
  const count = Math.max(0, ...types.map((one) => Number(one.slice(1))))
  const values = Array.from({ length: count }, () => 'null').join(', ')
  const run = `${count === 0 ? 'execute it' : `execute it (${values})`}`
  const settings = 'set enable_seqscan = off; set plan_cache_mode = force_generic_plan'
  const [row] = await sql(`${settings}; prepare it as ${statement}; explain (format json) ${run}`)
  const found: Access[] = []
  for (const node of nodesIn(row?.['QUERY PLAN'])) if (readsTable(node)) found.push(await postgresAccess(sql, node))
  return found
}

type Node = Readonly<Record<string, unknown>>

const nodesIn = (value: unknown): readonly Node[] => {
  if (Array.isArray(value)) return value.flatMap(nodesIn)
  if (typeof value !== 'object' || value === null) return []
  return [{ ...value }, ...Object.values(value).flatMap(nodesIn)]
}

/** A bitmap heap scan follows the index scan below it; a subquery scan reads what another node has found. */
const readsTable = (node: Node): boolean => {
  const type = String(node['Node Type'])
  return type.endsWith('Scan') && type !== 'Bitmap Heap Scan' && type !== 'Subquery Scan'
}

const postgresAccess = async (sql: Sql, node: Node): Promise<Access> => {
  const index = node['Index Name']
  const text = JSON.stringify(node)
  if (typeof index !== 'string') return { isByUniqueKey: false, text }
  const [kept] = await sql(`select indisunique as is_unique, indnkeyatts as columns from pg_index where indexrelid = '${index}'::regclass`)
  const compared = String(node['Index Cond']).match(/ = /g)?.length ?? 0
  return { index, isByUniqueKey: kept?.['is_unique'] === true && compared === Number(kept?.['columns']), text }
}
