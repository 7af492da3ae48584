import { sql } from 'kysely'
import { connect } from '../../src/store/connect.ts'

/** The texts of the messages that the hub itself marks as *perhaps twice*, as `chat: text`. The hub must have ended where its database is a directory. */
export async function marked(at: {
  readonly databaseUrl?: string
  readonly dataDir?: string
  readonly account?: string
}): Promise<readonly string[]> {
  const connection = await connect(at)
  try {
    const { rows } = await sql<{ chat: string; text: string }>`
      select c.reply ->> 'chat' as chat, m.content -> 0 ->> 'text' as text
      from parts p join conversations c on c.id = p.conversation join messages m on m.conversation = p.conversation and m.number = any(p.messages)
      where p.twice and p.account = ${at.account ?? 'main'}`.execute(connection.db)
    return rows.map(({ chat, text }) => `${chat}: ${text}`)
  } finally {
    await connection.close()
  }
}
