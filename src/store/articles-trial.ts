import type { Kysely, Transaction } from 'kysely'
import { makeArticleStore } from './articles.ts'
import { changeCounted, type IndexedArticle, lockArticles, putArticles } from './articles-index.ts'

/** Ends a transaction without keeping anything of it. */
class Undone extends Error {}

/**
 * The articles as they would be with this one published: each reading puts it into the index, looks, and takes it out again, a few
 * milliseconds each, and tens where there are thousands of articles.
 * Nobody else ever sees it. Other authors wait meanwhile; on the embedded database everybody does.
 */
export const makeTrialStore = (db: Kysely<any>, draft: IndexedArticle): ReturnType<typeof makeArticleStore> => {
  const look = async <T>(read: (of: ReturnType<typeof makeArticleStore>) => Promise<T>): Promise<T> => {
    let seen: { readonly it: T } | undefined
    const put = async (transaction: Transaction<any>) => {
      await lockArticles(transaction)
      await changeCounted(transaction, draft.id, () => putArticles(transaction, [draft], 'hub'))
      seen = { it: await read(makeArticleStore(transaction)) }
      throw new Undone()
    }
    await db
      .transaction()
      .execute(put)
      .catch((error: unknown) => {
        if (!(error instanceof Undone)) throw error
      })
    return seen!.it
  }
  return {
    candidates: (question) => look((articles) => articles.candidates(question)),
    article: (id, audiences) => look((articles) => articles.article(id, audiences)),
    words: (audiences) => look((articles) => articles.words(audiences)),
  }
}
