import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import type { Article } from '../ports.ts'

const schema = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case letters, digits and hyphens')
    .max(60),
  title: z.string().min(3).max(120),
  keywords: z.array(z.coerce.string()).default([]),
  audience: z.enum(['public', 'employees', 'technicians']),
  updated: z
    .union([
      z.date().transform((day) => day.toISOString().slice(0, 10)),
      z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a day such as 2026-06-01'),
    ])
    .optional(),
})

const FRONT = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/

/** Reads one article file; throws with the file and what would be right. */
export const parseArticle = (file: string, text: string): Article => {
  const front = FRONT.exec(text)
  if (front === null) throw new Error(`${file}: an article begins with its front matter between two lines of ---`)
  const document = parseDocument(front[1]!)
  const broken = document.errors[0]
  if (broken !== undefined) throw new Error(`${file}: the front matter is not YAML: ${broken.message.split('\n')[0]}`)
  const parsed = schema.safeParse(document.toJS() ?? {})
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw new Error(`${file}: ${issue.path.map(String).join('.') || 'front matter'}: ${issue.message}`)
  }
  const body = text.slice(front[0].length).replaceAll('\r\n', '\n').trim()
  if (body === '') throw new Error(`${file}: the article has no text`)
  return { ...parsed.data, updated: parsed.data.updated ?? null, body }
}

/** Reads every `*.md` of a folder; `file` is its path. Throws on the first bad file and where two have one id. */
export const loadArticles = async (folder: string): Promise<readonly (Article & { readonly file: string })[]> => {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.md')).sort()
  const articles = await Promise.all(
    files.map(async (name) => {
      const file = join(folder, name)
      return { ...parseArticle(file, await readFile(file, 'utf8')), file }
    }),
  )
  const seen = new Map<string, string>()
  articles.forEach(({ id }, index) => {
    const other = seen.get(id)
    if (other !== undefined) throw new Error(`${join(folder, files[index]!)}: the id "${id}" is already used by ${other}`)
    seen.set(id, files[index]!)
  })
  return articles
}

const synonymSchema = z.array(z.array(z.string().min(1)).min(2))

/** Reads lists of words that mean the same; an absent file is an empty list. */
export const loadSynonyms = async (file: string): Promise<readonly (readonly string[])[]> => {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '[]'
    throw error
  })
  const document = parseDocument(text)
  const parsed = synonymSchema.safeParse(document.errors.length > 0 ? null : (document.toJS() ?? []))
  if (!parsed.success) throw new Error(`${file}: expected lists of at least two words, such as "- [vpn, remote access]"`)
  return parsed.data
}
