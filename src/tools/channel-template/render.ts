import type { Content } from '../../channel/index.ts'
import type { Payload } from './wire.ts'

/** Contents within `capabilities` as calls, in order; one payload is one message that the person sees. Pure. */
export function render(contents: readonly Content[]): readonly Payload[] {
  return contents.map((content) => ({ text: textOf(content) }))
}

/** Add a case for each kind that `capabilities` declares: the rest never comes here. */
function textOf(content: Content): string {
  switch (content.type) {
    case 'text':
      return content.text
    case 'media':
    case 'place':
    case 'contact':
    case 'choices':
    case 'card':
    case 'form':
    case 'template':
    case 'unreadable':
      throw new Error(`capabilities declare ${content.type}, but render does not write it`)
  }
}
