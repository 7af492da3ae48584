import type { Capabilities, Choice, Content } from '../channel/index.ts'
import { carriesForm } from './degrade-form.ts'

/** What can be typed in words afterwards: beside a form, its first question is answered before its buttons. */
export function choicesOf(content: Content, can: Pick<Capabilities, 'form'>): readonly Choice[] {
  if (content.type === 'choices' || content.type === 'card') return content.choices ?? []
  if (content.type !== 'form') return []
  const asked = content.otherwise.flatMap((one) => choicesOf(one, can))
  return carriesForm(content, can) ? [...asked, ...(content.choices ?? [])] : asked
}
