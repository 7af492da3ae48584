import { defineAdapter } from '../../src/channel/index.ts'
import { cloudCapabilities, webCapabilities } from './capabilities.ts'
import { createCloud } from './cloud.ts'
import { config, type WhatsAppConfig } from './config.ts'
import { createWeb } from './web/index.ts'

/** Two ways to one app: the official Cloud API in this folder, and a browser signed in as a phone. */
export const whatsapp = defineAdapter<WhatsAppConfig>({
  name: 'whatsapp',
  title: 'WhatsApp',
  source: 'WhatsApp',
  capabilities: ({ transport }) => (transport === 'cloud' ? cloudCapabilities : webCapabilities),
  config,
  create: ({ id, config: keys }, deps) => {
    switch (keys.transport) {
      case 'cloud':
        return createCloud({ id, config: keys }, deps)
      case 'web':
        return createWeb({ id, config: keys }, deps)
    }
  },
})
