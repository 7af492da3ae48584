import type { Settings } from '../../config/schema.ts'
import type { FileId, FileRef } from '../channel/index.ts'
import type { Files } from '../pipeline/ports.ts'
import type { FileStore } from '../store/file-store.ts'

/** Files that come in through a platform keep the same rules as those of the chat. */
export function pipelineFiles(files: FileStore, { attachments }: Settings): Files {
  return {
    async keep({ body, name, mime, conversation }) {
      const kept = await files.keep(body, {
        name,
        declaredMime: mime,
        conversation,
        maxBytes: Math.max(attachments.maxBytes, platformFileBytes),
        blockedTypes: attachments.blockedTypes,
      })
      if (kept.ok) return { ...kept.file, id: kept.file.id as FileId }
      throw Object.assign(new Error(refusals[kept.reason]), { name: 'FileRefused' })
    },
    link: (file, seconds) => files.link(file, seconds),
  }
}
/** What a person sent through a platform has been taken by that platform already: up to 25 MB it is kept whatever the chat's own limit. */
const platformFileBytes = 25 * 1024 * 1024
const refusals = { 'too-large': 'it is larger than this desk takes', blocked: 'files of this type are not taken', empty: 'it is empty' }

/** Where a channel carries no files, people get a link that lives for a week. */
const linkSeconds = 7 * 86_400
export const linkOf = (files: FileStore, file: FileRef): string =>
  'stored' in file ? files.link(file.stored, linkSeconds, file.name) : 'url' in file ? file.url : ''
