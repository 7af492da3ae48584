import { type Kysely, sql } from 'kysely'

/**
 * identities.proven_*: the address that a code proved last, when, and whether the directory had an account for it. codes: every code asked for, one row per `ask` (the caller's key); `refused` where
 * none was made. code_tries: what each try was answered. mails: what is to be mailed; `sealed` is the letter, encrypted, and gone once it is sent;
 * `on_file` sends it only to an account of the directory. reset_links: `hash` of a link's token, which is made from `nonce` and the hub's secret.
 * account_deeds: what was done to an account for a key, so that it is done once. sign_in_state: the hub's own accounts: wrong passwords in a row,
 * locked or not, must change or not.
 */
export async function up(db: Kysely<any>): Promise<void> {
  const statements = [
    sql`alter table identities add column proven_email text, add column proven_at timestamptz, add column proven_employee boolean not null default false`,
    sql`create table codes (
      id bigint generated always as identity primary key,
      channel text not null, account text not null, person text not null, ask text not null, unique (channel, account, person, ask),
      email text not null, purpose text not null, made_at timestamptz not null, expires_at timestamptz not null,
      hash text, refused text, minutes int not null, tries int not null default 0, ended text)`,
    sql`create index codes_email on codes (email, made_at)`,
    sql`create index codes_made_at on codes (made_at)`,
    sql`create table code_tries (
      channel text not null, account text not null, person text not null, ask text not null, primary key (channel, account, person, ask),
      answer jsonb not null, at timestamptz not null)`,
    sql`create table mails (
      id bigint generated always as identity primary key, ask text not null unique, address text not null, on_file boolean not null, code bigint,
      sealed text, state text not null default 'due', attempts int not null default 0, failure text,
      made_at timestamptz not null, due_at timestamptz not null, expires_at timestamptz not null, ended_at timestamptz)`,
    sql`create index mails_due on mails (due_at) where state = 'due'`,
    sql`create table reset_links (
      id bigint generated always as identity primary key, ask text not null unique, nonce text not null, hash text not null unique,
      directory_account text not null, email text not null, name text not null, made_at timestamptz not null, expires_at timestamptz not null,
      claimed_until timestamptz, used_at timestamptz, voided_at timestamptz)`,
    sql`create table account_deeds (ask text primary key, outcome jsonb not null, at timestamptz not null)`,
    sql`create table sign_in_state (
      user_id text primary key references sign_in_user on delete cascade,
      wrong int not null default 0, locked_at timestamptz, must_change boolean not null default false)`,
  ]
  for (const statement of statements) await statement.execute(db)
}
