import { type Kysely, sql } from 'kysely'

/**
 * event_cursors: how far a reader of the requests' events has come. notices_kept: what could not be told because a reply window was closed. notice_cards:
 * where an approval was shown, and to whom. notices_off: who does not want to be told. webhooks and webhook_deliveries: what is owed to other systems;
 * what was taken by them is deleted. idempotency_keys: what an API call was answered; without a status it is under way. desk_outbox: requests for a
 * service desk elsewhere that was away.
 */
export async function up(db: Kysely<any>): Promise<void> {
  const statements = [
    sql`create table event_cursors (name text primary key, seq bigint not null)`,
    sql`create table notices_kept (
      conversation uuid not null, key text not null, primary key (conversation, key), happening jsonb not null, at timestamptz not null default now())`,
    sql`create table notice_cards (
      approval text not null, conversation uuid not null, primary key (approval, conversation), email text not null, at timestamptz not null default now())`,
    sql`create table notices_off (
      channel text not null, account text not null, key text not null, primary key (channel, account, key), at timestamptz not null default now())`,
    sql`create table webhooks (
      name text primary key, url text not null, failing_since timestamptz, failure text, last_taken_at timestamptz, disabled_at timestamptz)`,
    sql`create table webhook_deliveries (
      webhook text not null, seq bigint not null, primary key (webhook, seq), request text not null, kind text not null, body text not null,
      state text not null default 'due' check (state in ('due', 'dead')), attempts int not null default 0, failure text,
      made_at timestamptz not null default now(), due_at timestamptz not null default now(), first_tried_at timestamptz)`,
    sql`create index webhook_deliveries_due on webhook_deliveries (webhook, request, seq) where state = 'due'`,
    sql`create table idempotency_keys (
      who text not null, key text not null, primary key (who, key), call text not null, status int, answer jsonb, at timestamptz not null default now())`,
    sql`create index idempotency_keys_at on idempotency_keys (at)`,
    sql`create table desk_outbox (
      key text primary key, request jsonb not null, state text not null default 'due' check (state in ('due', 'filed', 'failed')),
      attempts int not null default 0, due_at timestamptz not null default now(), made_at timestamptz not null default now(),
      number text, filed jsonb, failure text)`,
    sql`create index desk_outbox_due on desk_outbox (made_at) where state = 'due'`,
  ]
  for (const statement of statements) await statement.execute(db)
}
