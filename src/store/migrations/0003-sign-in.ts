import { type Kysely, sql } from 'kysely'

/** Who signs in and how (the columns are better-auth's, https://better-auth.com/docs/concepts/database), and the secrets that the hub makes for itself. */
export async function up(db: Kysely<any>): Promise<void> {
  const statements = [
    sql`create table sign_in_user (
      id text primary key, name text not null, email text not null unique, email_verified boolean not null default false, image text,
      created_at timestamptz not null default now(), updated_at timestamptz not null default now())`,
    sql`create table sign_in_session (
      id text primary key, user_id text not null references sign_in_user on delete cascade, token text not null unique, expires_at timestamptz not null,
      ip_address text, user_agent text, created_at timestamptz not null default now(), updated_at timestamptz not null default now())`,
    sql`create index sign_in_session_user_id_idx on sign_in_session (user_id)`,
    sql`create table sign_in_account (
      id text primary key, user_id text not null references sign_in_user on delete cascade, provider_id text not null, account_id text not null,
      password text, access_token text, refresh_token text, id_token text, access_token_expires_at timestamptz, refresh_token_expires_at timestamptz,
      scope text, created_at timestamptz not null default now(), updated_at timestamptz not null default now())`,
    sql`create index sign_in_account_user_id_idx on sign_in_account (user_id)`,
    sql`create table sign_in_verification (
      id text primary key, identifier text not null, value text not null, expires_at timestamptz not null,
      created_at timestamptz not null default now(), updated_at timestamptz not null default now())`,
    sql`create index sign_in_verification_identifier_idx on sign_in_verification (identifier)`,
    sql`create table sign_in_attempt (id text primary key, key text not null unique, count int not null, last_request bigint not null)`,
    sql`create table hub_secrets (name text primary key, value text not null, made_at timestamptz not null default now())`,
  ]
  for (const statement of statements) await statement.execute(db)
}
