import type { Health } from '../adapter.ts'

/** What `check` says where the credentials work; without advice that is all. */
export const advised = (answers: string, advice: string | undefined): Pick<Health, 'detail' | 'advice'> =>
  advice ? { detail: `${answers} ${advice}`, advice } : { detail: answers }
