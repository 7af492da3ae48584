import type { AdapterDefinition } from '../src/channel/index.ts'
import { line } from './line/index.ts'
import { messenger } from './messenger/index.ts'
import { slack } from './slack/index.ts'
import { teams } from './teams/index.ts'
import { telegram } from './telegram/index.ts'
import { viber } from './viber/index.ts'
import { web } from './web/index.ts'
import { whatsapp } from './whatsapp/index.ts'

/** Every channel the hub can speak; one line each, one folder each. */
export const adapters: readonly AdapterDefinition<any>[] = [line, messenger, slack, teams, telegram, viber, web, whatsapp]
