import { type Kysely, sql } from 'kysely'

/** The first tables. */
export const breaking = false

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await administration(db)
  await people(db)
  await accounts(db)
  await principalNames(db)
  await seats(db)
  await sessions(db)
  await transactions(db)
  await events(db)
  await passwords(db)
}

const administration = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('settings')
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .addColumn('body_json', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('lasting_secrets')
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('value_sealed', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('signing_keys')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('certificate_pem', 'text', (column) => column.notNull())
    .addColumn('private_key_sealed', 'text', (column) => column.notNull())
    .addColumn('not_after', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addCheckConstraint('signing_keys_state', sql`state in ('next', 'active', 'retired')`)
    .execute()
  // One key in use and one that follows it, whichever node made them first.
  await db.schema
    .createIndex('signing_keys_one_of_each')
    .on('signing_keys')
    .column('state')
    .unique()
    .where(sql.ref('state'), '<>', sql.lit('retired'))
    .execute()
}

const people = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('users')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('issuer', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('given_name', 'text')
    .addColumn('family_name', 'text')
    .addColumn('display_name', 'text')
    .addColumn('email', 'text')
    .addColumn('email_key', 'text')
    .addColumn('email_verified', 'integer', (column) => column.notNull())
    .addColumn('blocked', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('users_identity', ['connection', 'issuer', 'subject'])
    .execute()
  await db.schema.createIndex('users_email').on('users').column('email_key').execute()
}

const accounts = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('accounts')
    .addColumn('user_id', 'text', (column) => column.notNull().references('users.id'))
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('origin', 'text', (column) => column.notNull())
    .addColumn('stage', 'text', (column) => column.notNull())
    .addColumn('immutable_id', 'text', (column) => column.notNull())
    .addColumn('immutable_id_key', 'text', (column) => column.notNull())
    .addColumn('principal_name', 'text', (column) => column.notNull())
    .addColumn('principal_name_key', 'text', (column) => column.notNull())
    .addColumn('object_id', 'text')
    .addColumn('license', 'text')
    .addColumn('usage_location', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('attempts', 'bigint', (column) => column.notNull())
    .addColumn('next_attempt_at', 'bigint', (column) => column.notNull())
    .addColumn('settle_until', 'bigint')
    .addColumn('settle_ms', 'bigint')
    .addColumn('ready_at', 'bigint')
    .addColumn('unproven_token_at', 'bigint')
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('reference', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('lease_owner', 'text')
    .addColumn('lease_until', 'bigint')
    .addColumn('lease_fence', 'bigint', (column) => column.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('accounts_key', ['user_id', 'target'])
    .addUniqueConstraint('accounts_immutable_id', ['immutable_id_key', 'target'])
    .addUniqueConstraint('accounts_principal_name', ['principal_name_key', 'target'])
    .addUniqueConstraint('accounts_object_id', ['object_id', 'target'])
    .addCheckConstraint('accounts_origins', sql`origin in ('usher', 'imported', 'rule', 'directory')`)
    .addCheckConstraint('accounts_stages', sql`stage in ('intent', 'created', 'licensed', 'ready', 'waiting', 'stopped', 'closed')`)
    // A directory's own people have their accounts: nothing may ever drive such a row.
    .addCheckConstraint(
      'accounts_directory_rests',
      sql`origin <> 'directory' or (stage = 'ready' and license is null and settle_until is null and lease_owner is null)`,
    )
    .execute()
  await db.schema.createIndex('accounts_due').on('accounts').columns(['stage', 'next_attempt_at']).execute()
}

const principalNames = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('principal_names')
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('name_key', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('principal_names_key', ['target', 'name_key'])
    .execute()
}

const seats = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('seats')
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('sku_key', 'text', (column) => column.notNull())
    .addColumn('given', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('reserved_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('seats_key', ['target', 'user_id'])
    .execute()
  await db.schema
    .createTable('seat_pools')
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('sku_key', 'text', (column) => column.notNull())
    .addColumn('held', 'bigint', (column) => column.notNull())
    .addColumn('given', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('seat_pools_key', ['target', 'sku_key'])
    .addCheckConstraint('seat_pools_held', sql`given >= 0 and held >= given`)
    .execute()
}

const sessions = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('sessions')
    .addColumn('id_hash', 'text', (column) => column.primaryKey().notNull())
    .addColumn('user_id', 'text', (column) => column.notNull().references('users.id'))
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('authenticated_at', 'bigint', (column) => column.notNull())
    .addColumn('method', 'text', (column) => column.notNull())
    .addColumn('second_factor_at', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('reference', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('sessions_user').on('sessions').column('user_id').execute()
  await db.schema.createIndex('sessions_expiry').on('sessions').column('expires_at').execute()
}

const transactions = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('transactions')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('body_sealed', 'text')
    .addColumn('ended_user', 'text')
    .addColumn('ended_relying_party', 'text')
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addCheckConstraint('transactions_ended', sql`(body_sealed is null) = (ended_user is not null)`)
    .execute()
  await db.schema
    .createTable('grants')
    .addColumn('key_hash', 'text', (column) => column.primaryKey().notNull())
    .addColumn('body_json', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  for (const table of ['transactions', 'grants']) await db.schema.createIndex(`${table}_expiry`).on(table).column('expires_at').execute()
}

const events = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('events')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('reference', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text')
    .addColumn('relying_party', 'text')
    .addColumn('connection', 'text')
    .addColumn('failure', 'text')
    .addColumn('facts_json', 'text')
    .execute()
  await db.schema.createIndex('events_user').on('events').columns(['user_id', 'id']).execute()
}

const passwords = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('passwords')
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('username', 'text', (column) => column.notNull())
    .addColumn('password_hash', 'text', (column) => column.notNull())
    .addColumn('given_name', 'text')
    .addColumn('family_name', 'text')
    .addColumn('display_name', 'text')
    .addColumn('email', 'text')
    .addColumn('email_verified', 'integer', (column) => column.notNull())
    .addColumn('attributes_json', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('passwords_key', ['connection', 'subject'])
    .addUniqueConstraint('passwords_username', ['connection', 'username'])
    .execute()
  await db.schema
    .createTable('password_tries')
    .addColumn('key_hash', 'text', (column) => column.primaryKey().notNull())
    .addColumn('tries', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('password_tries_expiry').on('password_tries').column('expires_at').execute()
}
