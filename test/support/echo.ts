import type { Content } from '../../src/channel/index.ts'
import type { VirtualAgent } from '../../src/core/virtual-agent.ts'

/** Says every message back by itself, so that each answer can be counted. */
export const echo: VirtualAgent = {
  answer: async ({ heard }) => ({
    say: heard.map(({ event, content }) => ({
      content: { type: 'text', text: content.map(wordsOf).join(' ') || '(nothing)' },
      to: [event],
    })),
    memory: null,
  }),
}

const wordsOf = (item: Content): string =>
  item.type === 'text' ? item.text : item.type === 'media' ? (item.caption ?? item.kind) : item.type
