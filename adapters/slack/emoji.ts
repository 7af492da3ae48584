/** Slack names emoji, everyone else writes them: the ones that people react with, in Slack's words first. https://docs.slack.dev/reference/methods/reactions.add */
const table: readonly (readonly [emoji: string, ...names: string[]])[] = [
  ['👍', '+1', 'thumbsup'],
  ['👎', '-1', 'thumbsdown'],
  ['❤️', 'heart'],
  ['❤', 'heart'],
  ['🔥', 'fire'],
  ['👏', 'clap'],
  ['😁', 'grin'],
  ['😀', 'grinning'],
  ['🙂', 'slightly_smiling_face'],
  ['😄', 'smile'],
  ['😂', 'joy'],
  ['🤣', 'rolling_on_the_floor_laughing', 'rofl'],
  ['😊', 'blush'],
  ['😍', 'heart_eyes'],
  ['🤔', 'thinking_face', 'thinking'],
  ['😢', 'cry'],
  ['😭', 'sob'],
  ['😡', 'rage'],
  ['😱', 'scream'],
  ['🎉', 'tada'],
  ['🙏', 'pray'],
  ['👌', 'ok_hand'],
  ['👀', 'eyes'],
  ['💯', '100'],
  ['✅', 'white_check_mark'],
  ['✔️', 'heavy_check_mark'],
  ['❌', 'x'],
  ['⛔', 'no_entry'],
  ['⚠️', 'warning'],
  ['❓', 'question'],
  ['❗', 'exclamation', 'heavy_exclamation_mark'],
  ['⏳', 'hourglass_flowing_sand'],
  ['⌛', 'hourglass'],
  ['🚀', 'rocket'],
  ['⭐', 'star'],
  ['💡', 'bulb'],
  ['🐛', 'bug'],
  ['🔧', 'wrench'],
  ['🔒', 'lock'],
  ['📎', 'paperclip'],
  ['👋', 'wave'],
  ['🤝', 'handshake'],
  ['🙌', 'raised_hands'],
  ['💪', 'muscle'],
  ['😕', 'confused'],
  ['🤷', 'shrug'],
  ['🏆', 'trophy'],
  ['☕', 'coffee'],
]

const emojiByName = new Map(table.toReversed().flatMap(([emoji, ...names]) => names.map((name) => [name, emoji] as const)))
const nameByEmoji = new Map(table.map(([emoji, name]) => [emoji, name!] as const))

/** The sign itself, or `:name:` where it is none that we know (a workspace's own emoji). A skin tone is left out. */
export const emojiOf = (name: string): string => emojiByName.get(name.split('::')[0]!) ?? `:${name}:`

/** Slack's name for a sign or for `:name:`; undefined where Slack would not know it. */
export const nameOfEmoji = (emoji: string): string | undefined =>
  /^:([a-z0-9_+'-]{1,100}):$/.exec(emoji)?.[1] ??
  nameByEmoji.get(emoji) ??
  nameByEmoji.get(emoji.replaceAll(/[\u{1f3fb}-\u{1f3ff}\ufe0f]/gu, ''))
