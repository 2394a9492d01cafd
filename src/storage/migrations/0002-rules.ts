import { type Kysely, sql } from 'kysely'

/** What rules read and keep: records of people, linked identities, versions of scripts, traces, tokens of the Management API. */
export const breaking = false

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await records(db)
  await linkedIdentities(db)
  await ruleVersions(db)
  await ruleRuns(db)
  await apiTokens(db)
}

const records = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('user_records')
    .addColumn('user_id', 'text', (column) => column.primaryKey().notNull().references('users.id'))
    .addColumn('public_id', 'text', (column) => column.notNull())
    .addColumn('root_json', 'text', (column) => column.notNull())
    .addColumn('app_metadata_json', 'text', (column) => column.notNull())
    .addColumn('user_metadata_json', 'text', (column) => column.notNull())
    .addColumn('connection_name', 'text', (column) => column.notNull())
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('provider_user_id', 'text', (column) => column.notNull())
    .addColumn('is_social', 'integer', (column) => column.notNull())
    .addColumn('logins_count', 'bigint', (column) => column.notNull())
    .addColumn('last_login_at', 'bigint')
    .addColumn('last_ip', 'text')
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('user_records_public_id', ['public_id'])
    .execute()
}

const linkedIdentities = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('linked_identities')
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('issuer', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) => column.notNull().references('users.id'))
    .addColumn('profile_json', 'text', (column) => column.notNull())
    .addColumn('connection_name', 'text', (column) => column.notNull())
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('provider_user_id', 'text', (column) => column.notNull())
    .addColumn('is_social', 'integer', (column) => column.notNull())
    .addColumn('linked_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('linked_identities_key', ['connection', 'issuer', 'subject'])
    .execute()
  await db.schema.createIndex('linked_identities_user').on('linked_identities').column('user_id').execute()
}

const ruleVersions = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('rule_versions')
    .addColumn('rule_id', 'text', (column) => column.notNull())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('script', 'text', (column) => column.notNull())
    .addColumn('author', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('what', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('rule_versions_key', ['rule_id', 'version'])
    .addCheckConstraint('rule_versions_what', sql`what in ('created', 'changed')`)
    .execute()
}

const ruleRuns = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('rule_runs')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('relying_party', 'text', (column) => column.notNull())
    .addColumn('reference', 'text', (column) => column.notNull())
    .addColumn('body_sealed', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('rule_runs_relying_party').on('rule_runs').columns(['relying_party', 'id']).execute()
  await db.schema.createIndex('rule_runs_expiry').on('rule_runs').column('expires_at').execute()
}

const apiTokens = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('api_tokens')
    .addColumn('token_hash', 'text', (column) => column.primaryKey().notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('scopes_json', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('api_tokens_name', ['name'])
    .execute()
}
