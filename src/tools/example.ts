import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { type Loaded, loadConfiguration } from '../../config/load.ts'
import type { AdapterDefinition } from '../channel/index.ts'

export const exampleFile = new URL('../../config/hub.example.yaml', import.meta.url).pathname

/** Values that have the right form where any text would not do. */
const samples: { readonly [variable: string]: string } = {
  TELEGRAM_BOT_TOKEN: '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw',
  SLACK_BOT_TOKEN: 'xoxb-1-1-example',
  SLACK_APP_TOKEN: 'xapp-1-A1-1-example',
  WAREHOUSE_WEBHOOK_SECRET: 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX',
  MAIL_SMTP: 'smtps://user:password@mail.example.org',
}
const sample = '00000000-0000-4000-8000-000000000000'

const notMade = (): never => {
  throw new Error('This channel has no adapter yet.')
}

/** The example configuration, judged by the channels there are; entries of channels that have no adapter yet are taken as they stand. */
export function loadExample(definitions: readonly AdapterDefinition[]): Loaded {
  const text = readFileSync(exampleFile, 'utf8')
  const { channels } = parse(text) as { readonly channels: readonly { readonly channel: string }[] }
  const planned = [...new Set(channels.map(({ channel }) => channel))].filter((name) => !definitions.some((known) => known.name === name))
  const standIns = planned.map((name): AdapterDefinition => {
    const keys = channels.filter(({ channel }) => channel === name).flatMap((entry) => Object.keys(entry))
    const config = z.object(Object.fromEntries(keys.map((key) => [key, z.unknown().optional()])))
    return { name, title: name, source: name, config, capabilities: notMade, create: notMade }
  })
  const variables = [...text.matchAll(/\$\{([A-Z0-9_]+)\}/g)].map(([, name]) => [name!, samples[name!] ?? sample] as const)
  return loadConfiguration([...definitions, ...standIns], { ...Object.fromEntries(variables), HUB_CONFIG: exampleFile })
}
