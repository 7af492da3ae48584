/** Words that nearly every request has, as stems; they tell nothing about what it is about. */
const COMMON = new Set(
  (
    'abl alreadi also anoth anyon anymor anyth ask back bad broken call cannot chang come could day does done down error everi everyth face fail fine fix get ' +
    'give go got hand happen hello help hey hi incid issu keep know like longer look make may mine minut month morn much need never new nobodi noth now okay ' +
    'old one open pleas possibl problem put question realli report request right say see seem show sinc someon someth sometim start still stop sudden support ' +
    'sure take tell thank thing ticket time today tri troubl turn two urgent use want way week well work would wrong yesterday'
  ).split(' '),
)

/** Of the telling words that are said, more than this part has to be in the request. */
const HALF = 0.5
/** It is enough that so much is, where every telling word of the subject is said: a long story about "VPN drops" is about it. */
const QUARTER = 0.25

/**
 * How much what is said (`asked`) is about the same as what was told before, all as stems: 0 where it is not, more than 1 where the subjects meet. What stands in
 * the description alone counts only where all of it is there; a single word has to be all that is said, and in the subject.
 */
export const alike = (asked: readonly string[], subject: readonly string[], told: readonly string[]): number => {
  const wanted = telling(asked)
  const title = telling(subject)
  const whole = new Set([...title, ...telling(told)])
  const shared = [...wanted].filter((stem) => whole.has(stem))
  const inTitle = shared.filter((stem) => title.has(stem)).length
  if (shared.length === 0) return 0
  const share = shared.length / wanted.size
  const score = share + inTitle / 100
  if (inTitle === 0) return share === 1 && shared.length > 1 ? score : 0
  if (shared.length === 1) return share === 1 ? score : 0
  const allSaid = title.size > 1 && inTitle === title.size && share >= QUARTER
  return allSaid || share > HALF ? score : 0
}

export const isAlike = (score: number): boolean => score > 0

const telling = (stems: readonly string[]): ReadonlySet<string> => new Set(stems.filter((stem) => stem.length > 1 && !COMMON.has(stem)))
