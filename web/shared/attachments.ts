import { useCallback, useEffect, useRef, useState } from 'react'
import type { UploadedFile } from '../../src/http/api-types.ts'
import { ApiError } from './api.ts'
import { byteSize } from './time.ts'
import { uploadFile } from './upload.ts'
import { uuid } from './uuid.ts'

export type Attachment = {
  readonly key: string
  readonly file: File
  readonly preview?: string
  /** 0 to 1 while it is on its way. */
  readonly progress: number
  readonly uploaded?: UploadedFile
  readonly problem?: string
  readonly canRetry?: boolean
}
export type AttachmentRules = { readonly maxBytes: number; readonly blockedTypes: readonly string[] }
export type UploadTo = { readonly path: string; token?(): Promise<string> }

/** "exe", ".exe", "application/x-msdownload" and "video/*" all block what they say. */
export function isBlocked(file: { readonly name: string; readonly type: string }, blockedTypes: readonly string[]): boolean {
  const name = file.name.toLowerCase()
  return blockedTypes.some((each) => {
    const rule = each.toLowerCase()
    if (!rule.includes('/')) return name.endsWith(`.${rule.replace(/^\*?\.?/, '')}`)
    return rule.endsWith('/*') ? file.type.startsWith(rule.slice(0, -1)) : file.type === rule
  })
}

function problemOf(file: File, rules: AttachmentRules | undefined): string | undefined {
  if (file.size === 0) return 'This file is empty.'
  if (rules && file.size > rules.maxBytes) return `Too large: ${byteSize(file.size)}, the limit is ${byteSize(rules.maxBytes)}.`
  if (rules && isBlocked(file, rules.blockedTypes)) return 'Files of this type are not accepted.'
  return undefined
}

function refusal(error: unknown, file: File, rules: AttachmentRules | undefined): { problem: string; canRetry: boolean } {
  if (!(error instanceof ApiError)) return { problem: 'This file could not be read.', canRetry: false }
  if (error.status === 413) {
    return {
      problem: rules ? `Too large: ${byteSize(file.size)}, the limit is ${byteSize(rules.maxBytes)}.` : error.message,
      canRetry: false,
    }
  }
  if (error.status === 415) return { problem: 'Files of this type are not accepted.', canRetry: false }
  return { problem: error.status === 0 ? 'Not uploaded: no connection.' : error.message, canRetry: true }
}

function kept(items: readonly Attachment[], keep: (item: Attachment) => boolean): readonly Attachment[] {
  for (const item of items) if (!keep(item) && item.preview) URL.revokeObjectURL(item.preview)
  return items.filter(keep)
}

/** Files that wait beside the message box: each is uploaded at once, and is sent with the message. More than `mostFiles` are refused. */
export function useAttachments(to: UploadTo, rules: AttachmentRules | undefined, mostFiles = Number.POSITIVE_INFINITY) {
  const [items, setItems] = useState<readonly Attachment[]>([])
  const running = useRef(new Map<string, AbortController>())

  const change = useCallback((key: string, patch: Partial<Attachment>) => {
    setItems((now) => now.map((item) => (item.key === key ? { ...item, ...patch } : item)))
  }, [])

  const start = useCallback(
    async (key: string, file: File) => {
      const abort = new AbortController()
      running.current.set(key, abort)
      change(key, { progress: 0, problem: undefined, canRetry: undefined })
      try {
        const token = await to.token?.()
        const onProgress = (progress: number) => change(key, { progress })
        const uploaded = await uploadFile({ path: to.path, file, ...(token ? { token } : {}), signal: abort.signal, onProgress })
        change(key, { progress: 1, uploaded })
      } catch (error) {
        if (!abort.signal.aborted) change(key, refusal(error, file, rules))
      } finally {
        running.current.delete(key)
      }
    },
    [to, rules, change],
  )

  const add = useCallback(
    (files: Iterable<File>) => {
      let room = mostFiles - items.filter(({ problem, canRetry }) => !problem || canRetry).length
      const added = [...files].map((file): Attachment => {
        const wrong = problemOf(file, rules)
        if (!wrong) room -= 1
        const problem = wrong ?? (room < 0 ? `Not attached: ${mostFiles} files go with one message.` : undefined)
        const preview = file.type.startsWith('image/') && !problem ? URL.createObjectURL(file) : undefined
        return { key: uuid(), file, progress: 0, ...(preview ? { preview } : {}), ...(problem ? { problem } : {}) }
      })
      setItems((now) => [...now, ...added])
      for (const item of added) if (!item.problem) void start(item.key, item.file)
    },
    [rules, start, items, mostFiles],
  )

  const remove = useCallback((key: string) => {
    running.current.get(key)?.abort()
    setItems((now) => kept(now, (item) => item.key !== key))
  }, [])

  const clear = useCallback(() => setItems((now) => kept(now, (item) => item.canRetry === true)), [])

  useEffect(() => {
    const uploads = running.current
    return () => {
      for (const upload of uploads.values()) upload.abort()
    }
  }, [])

  const retry = useCallback((item: Attachment) => void start(item.key, item.file), [start])
  return { items, add, remove, retry, clear }
}
