import { join } from 'node:path'
import { makeVirtualAgent, type VirtualAgentParts } from './agent.ts'
import { loadSynonyms } from './knowledge/load.ts'
import { type Knowledge, makeKnowledge } from './knowledge/search.ts'
import type { Article, ArticleStore } from './ports.ts'
import { makeTrial, type Trial } from './trial.ts'
import { loadIntents } from './understand/load.ts'
import { makeUnderstanding } from './understand/understanding.ts'

/**
 * The virtual agent as the folders teach it: `phrases/*.yaml` and `knowledge/synonyms.yaml`. The articles are in the store already;
 * `taught` are those of the files, whose titles and keywords help to tell a question from a wish. Throws what is wrong in which file.
 */
export const loadVirtualAgent = async (
  at: Omit<VirtualAgentParts, 'understanding' | 'knowledge' | 'articles'> & {
    readonly articles: ArticleStore
    readonly taught: readonly Article[]
    readonly phrasesFolder: string
    readonly knowledgeFolder: string
    /** Puts something between the search and the dialogues: a language model. */
    readonly answering?: (knowledge: Knowledge) => Knowledge
    /** Hands out the way to try a question, for authors. */
    readonly onTrial?: (trial: Trial) => void
  },
) => {
  const intents = await loadIntents(at.phrasesFolder)
  const questions = at.taught.filter(({ audience }) => audience !== 'technicians').flatMap(({ title, keywords }) => [title, ...keywords])
  const understanding = makeUnderstanding(intents, questions)
  const synonyms = await loadSynonyms(join(at.knowledgeFolder, 'synonyms.yaml'))
  const over = (articles: ArticleStore) => makeKnowledge({ articles, synonyms, known: understanding.words })
  const knowledge = await over(at.articles)
  at.onTrial?.(makeTrial({ knowledge, over, understanding }))
  return makeVirtualAgent({ ...at, understanding, knowledge: at.answering?.(knowledge) ?? knowledge })
}
