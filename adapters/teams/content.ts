import type { Content } from '../../src/channel/index.ts'
import { attachmentsOf } from './files.ts'
import type { ParseContext } from './people.ts'
import { textOf } from './text.ts'
import type { Activity } from './wire.ts'

/** What a message says, never nothing: one in which nothing can be read is named so. */
export function contentOf(activity: Activity, context: ParseContext): readonly Content[] {
  const text = textOf(activity, context)
  const content = [...(text ? [text] : []), ...attachmentsOf(activity)]
  return content.length > 0 ? content : [{ type: 'unreadable', platformType: 'empty message' }]
}
