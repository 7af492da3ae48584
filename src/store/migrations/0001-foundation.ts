import { type Kysely, sql } from 'kysely'

/** Conversations, their mailbox (inbox), what was said (messages), what is owed to platforms (parts), and who is who. */
export async function up(db: Kysely<any>): Promise<void> {
  const statements = [
    sql`create table accounts (
      channel text not null, account text not null, primary key (channel, account),
      state text not null default 'unknown', reason jsonb, paused_at timestamptz, checked_at timestamptz, facts jsonb,
      throttled_until timestamptz, paced_until timestamptz)`,
    sql`create table people (id uuid primary key default gen_random_uuid(), name text, email text, created_at timestamptz not null default now())`,
    sql`create table identities (
      channel text not null, account text not null, key text not null, primary key (channel, account, key),
      person uuid not null references people, name text, email text, email_vouched boolean not null default false, language text, picture text,
      trust text not null default 'guest', profiled_at timestamptz, seen_at timestamptz not null default now())`,
    sql`create index identities_person on identities (person)`,
    // Changed by every turn: no index may stand on a column that a turn changes each time, so that updates stay within the page.
    sql`create table conversations (
      id uuid primary key default gen_random_uuid(),
      channel text not null, account text not null, key text not null, unique (channel, account, key),
      reply jsonb, person jsonb, owner_by text not null default 'nobody', owner jsonb not null default '{"by":"nobody"}',
      chat jsonb, chats int not null default 0, memory jsonb, offered jsonb not null default '[]',
      last_heard_at timestamptz, unanswered boolean not null default false, reach text not null default 'reachable',
      timer_name text, timer_at timestamptz, messages int not null default 0, parts int not null default 0,
      version int not null default 0, opened_at timestamptz not null default now()) with (fillfactor = 60)`,
    sql`create index conversations_open on conversations (owner_by) where owner_by <> 'nobody'`,
    sql`create table participants (
      conversation uuid not null references conversations, person uuid not null references people, primary key (person, conversation))`,
    sql`create table inbox (
      seq bigint generated always as identity primary key, conversation uuid not null,
      channel text not null, account text not null, event_id text not null,
      happening jsonb not null, filed_at timestamptz not null default now(), due_at timestamptz not null default now(),
      ready boolean not null default true, album text, held_until timestamptz,
      done_at timestamptz, outcome jsonb, attempts int not null default 0, failure text)`,
    sql`create unique index inbox_event on inbox (channel, account, event_id)`,
    // What is open is little: sweep reads these two whole, and the hot path keeps two indexes less.
    sql`create index inbox_pending on inbox (conversation, seq) where done_at is null`,
    sql`create table messages (
      conversation uuid not null, number int not null, primary key (conversation, number),
      chat int not null, author text not null, person text, technician text, name text,
      content jsonb not null, at timestamptz not null, sources text[] not null, event_id text, platform text, reply_to text,
      note boolean not null default false, key text, revised_at timestamptz, deleted_at timestamptz, earlier jsonb, reactions jsonb)`,
    sql`create table parts (
      conversation uuid not null, number int not null, primary key (conversation, number),
      channel text not null, account text not null, messages int[] not null, action text not null default 'send', target int,
      payload jsonb, bytes bigint not null default 0, state text not null, due_at timestamptz not null, owner text, attempt int not null default 0,
      twice boolean not null default false, planned_at timestamptz not null default now(), sent_at timestamptz,
      platform text[], failure jsonb) with (fillfactor = 80)`,
    sql`create index parts_open on parts (conversation, number) where state in ('due', 'begun')`,
    sql`create index parts_dead on parts (planned_at) where state in ('failed', 'held')`,
    sql`create table receipts (
      conversation uuid not null, platform text not null, primary key (conversation, platform),
      status text not null, at timestamptz not null, failure jsonb)`,
    sql`create table technicians (
      id text primary key, name text not null, email text not null unique, role text not null default 'technician',
      presence text not null default 'away', skills text[] not null default '{support}', capacity int not null default 3, seen_at timestamptz)`,
    sql`create table hook_requests (
      id uuid primary key default gen_random_uuid(), channel text not null, account text not null, at timestamptz not null default now(),
      method text not null, query jsonb not null, headers jsonb not null, body bytea not null, reasons text[] not null)`,
    sql`create index hook_requests_at on hook_requests (at desc)`,
    sql`create table files (
      id uuid primary key default gen_random_uuid(), name text not null, mime text not null, bytes bigint not null, sha256 text not null,
      conversation uuid, uploader text, created_at timestamptz not null default now())`,
    sql`create table platform_files (
      file uuid not null references files on delete cascade, channel text not null, account text not null, media jsonb not null,
      at timestamptz not null default now(), primary key (file, channel, account))`,
    sql`create table leases (name text primary key, owner text not null, until timestamptz not null)`,
    sql`create table audit (
      id bigint generated always as identity primary key, at timestamptz not null default now(),
      who text not null, what text not null, about text, detail jsonb)`,
  ]
  for (const statement of statements) await statement.execute(db)
}
