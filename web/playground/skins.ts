import { line } from './line/skin.ts'
import { messenger } from './messenger/skin.ts'
import { slack } from './slack/skin.ts'
import { teams } from './teams/skin.ts'
import { telegram } from './telegram/skin.ts'
import { viber } from './viber/skin.ts'
import { whatsapp } from './whatsapp/skin.ts'
import type { Skin } from './window/skin.ts'

/** What each platform looks like to the people who use it, by channel; in the order of the tabs. */
export const skins: { readonly [channel: string]: Skin } = { telegram, whatsapp, messenger, viber, line, slack, teams }
