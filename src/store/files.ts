import type { AccountId, ChannelName, Json } from '../channel/index.ts'
import type { Db } from './connect.ts'

export type StoredFile = {
  readonly id: string
  readonly name: string
  readonly mime: string
  readonly bytes: number
  readonly sha256: string
  /** Null until it is part of a message. */
  readonly conversation: string | null
  /** The key of the person, or the id of the technician, who uploaded it. */
  readonly uploader: string | null
}

const columns = ['id', 'name', 'mime', 'bytes', 'sha256', 'conversation', 'uploader'] as const
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export async function insertFile(db: Db, file: StoredFile, at: Date): Promise<void> {
  await db
    .insertInto('files')
    .values({ ...file, created_at: at })
    .execute()
}

/** Those that exist, in no order; anything may be asked for, also what is no id. */
export async function findFiles(db: Db, ids: readonly string[]): Promise<readonly StoredFile[]> {
  const possible = [...new Set(ids)].filter((id) => uuid.test(id))
  if (possible.length === 0) return []
  return db.selectFrom('files').select(columns).where('id', 'in', possible).execute()
}

/** Files that nobody's message holds yet become part of this conversation; others stay where they are. */
export async function attachFiles(db: Db, ids: readonly string[], conversation: string): Promise<void> {
  const possible = ids.filter((id) => uuid.test(id))
  if (possible.length === 0) return
  await db.updateTable('files').set({ conversation }).where('id', 'in', possible).where('conversation', 'is', null).execute()
}

export async function deleteFile(db: Db, id: string): Promise<void> {
  if (uuid.test(id)) await db.deleteFrom('files').where('id', '=', id).execute()
}

/** What the platform called a file when this account uploaded it. */
export async function rememberedMedia(db: Db, channel: ChannelName, account: AccountId, file: string): Promise<Json | undefined> {
  if (!uuid.test(file)) return undefined
  const row = await db
    .selectFrom('platform_files')
    .select('media')
    .where('file', '=', file)
    .where('channel', '=', channel)
    .where('account', '=', account)
    .executeTakeFirst()
  return row?.media
}

/** The newest name wins. A file that has been deleted meanwhile is passed over. */
export async function rememberMedia(db: Db, channel: ChannelName, account: AccountId, file: string, media: Json, at: Date): Promise<void> {
  if ((await findFiles(db, [file])).length === 0) return
  const value = JSON.stringify(media)
  await db
    .insertInto('platform_files')
    .values({ file, channel, account, media: value, at })
    .onConflict((conflict) => conflict.columns(['file', 'channel', 'account']).doUpdateSet({ media: value, at }))
    .execute()
}
