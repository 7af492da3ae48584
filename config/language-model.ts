import { z } from 'zod'
import { publicAddress } from './values.ts'

const seconds = (fallback: number, most: number) => z.number().min(0.1).max(most).default(fallback)

/** A language model that puts what articles say into words; off where it is left out. */
export const languageModel = z.strictObject({
  baseUrl: publicAddress.describe(
    'Where it is asked: the address of an OpenAI-compatible API up to /chat/completions, such as https://llm.example.org/v1.',
  ),
  key: z.string().min(1).optional().meta({ secret: true }).describe('Its key, where it wants one.'),
  model: z.string().min(1).max(200).describe('The name of the model there.'),
  connectSeconds: seconds(2, 10).describe('How long connecting may take.'),
  firstTokenSeconds: seconds(4, 25).describe('How long its first word may take.'),
  timeoutSeconds: seconds(12, 30).describe(
    'How long everything may take, a second try included; afterwards the answer is the one without a model.',
  ),
  maxTokens: z.int().min(100).max(4_000).default(600).describe('The longest answer it may write.'),
  dailyTokens: z.int().min(1_000).default(200_000).describe('What it may cost in a day (UTC), in tokens, in each process of the hub.'),
  atOnce: z.int().min(1).max(64).default(4).describe('Questions it is asked at the same time; the others get the answer without a model.'),
})
