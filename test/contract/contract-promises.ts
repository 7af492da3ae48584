import { describe, expect, test } from 'vitest'
import { asJson, attempt, type Bench, type Contract, openConversation, plan, secretsOf, sendAll } from './contract-bench.ts'
import { form } from './samples.ts'

/** That an adapter is what it says it is. Runs last: it looks through all that was said before. */
export function promises({ definition }: Contract, bench: () => Bench) {
  describe('promises', () => {
    test('check says yes to good credentials and no to refused ones, in words', async () => {
      const { adapter, create, emulator, said } = bench()
      const good = await adapter.check(AbortSignal.timeout(30_000))
      const bad = await create(emulator.refusedAccount()).check(AbortSignal.timeout(30_000))
      said.push(good, bad)
      expect(good).toMatchObject({ ok: true, detail: expect.stringMatching(/\w+/) })
      expect(bad).toMatchObject({ ok: false, detail: expect.stringMatching(/\w+ \w+/) })
      expect(emulator.record.accepted.filter(({ method }) => /check/i.test(method))).toEqual([])
    })

    test('capabilities are data, and name no limit below one', () => {
      const { can } = bench()
      expect(asJson(can)).toEqual(can)
      const numbers = (value: unknown): number[] =>
        typeof value === 'number' ? [value] : typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbers) : []
      const { maxCaption: _, ...media } = can.media
      expect(numbers({ ...can, media }).every((number) => number > 0)).toBe(true)
    })

    test('what may be left out is there exactly where capabilities say so', () => {
      const { adapter, can } = bench()
      const there = { typing: !!adapter.typing, edit: !!adapter.revise, reactions: !!adapter.react }
      expect(there).toEqual({ typing: can.typing, edit: can.edit, reactions: can.reactions })
      if (can.sendsFrom === 'listener') expect(adapter.listen).toBeTypeOf('function')
    })

    test('typing, changing, removing and reacting do what they say', async () => {
      const { adapter, can } = bench()
      const conversation = await openConversation(bench(), 'watches')
      if (can.typing) await adapter.typing!(conversation.to)
      const [first] = plan({ type: 'text', text: 'first words' }, bench(), conversation.to)
      const [second] = plan({ type: 'text', text: 'better <words> & more' }, bench(), conversation.to)
      const { messages } = await adapter.send(first!, conversation.to, attempt())
      if (can.edit) {
        const revised = await adapter.revise!(second!, conversation.to, messages[0]!, attempt())
        expect(revised.messages.length).toBeGreaterThan(0)
        expect(conversation.seen().map(({ text }) => text)).toEqual(['better <words> & more'])
        await adapter.revise!(second!, conversation.to, revised.messages[0]!, attempt())
        await adapter.revise!(null, conversation.to, revised.messages[0]!, attempt())
        expect(conversation.seen()).toEqual([])
        await adapter.revise!(null, conversation.to, revised.messages[0]!, attempt())
      }
      if (can.reactions) {
        await adapter.react!(conversation.to, conversation.heard.message, '👍')
        const heard = () => conversation.person.sees().find(({ id }) => id === conversation.heard.message)
        expect(heard()?.reaction).toBe('👍')
        await adapter.react!(conversation.to, conversation.heard.message, '')
        expect(heard()?.reaction).toBeUndefined()
      }
    })

    test('a form shows its questions, comes back with what was filled in, and then shows that in their place', async () => {
      if (!bench().can.form) return
      const conversation = await openConversation(bench(), 'fills in')
      const payloads = plan(form, bench(), conversation.to)
      await sendAll(bench(), payloads, conversation.to)
      const [seen] = conversation.seen().slice(-1)
      expect(seen?.fields?.map(({ name, label, kind, required }) => ({ name, label, kind, required }))).toEqual(
        form.fields.map(({ name, label, kind, required }) => ({ name, label, kind, required })),
      )
      expect(seen?.buttons.map(({ label, value }) => ({ label, value }))).toEqual([form.submit, ...form.choices!])
      const pressed = async (act: () => Promise<void>) => {
        const since = bench().door.events.length
        await act()
        return bench().door.next('choice', since)
      }
      const left = await pressed(() => conversation.person.presses('Never mind'))
      expect(left).toMatchObject({ value: 'request:cancel', label: 'Never mind' })
      expect(left.fields, 'a button beside it').toBeUndefined()

      const sent = await sendAll(bench(), payloads, conversation.to)
      const { id } = conversation.seen().at(-1)!
      const filled = { subject: 'The <printer> & I', description: '', urgency: 'urgency:1' }
      const event = await pressed(() => conversation.person.fillsIn!(filled, 'Send it'))
      expect(event).toMatchObject({
        value: 'request:create',
        label: 'Send it',
        message: sent.at(-1)!.messages[0],
        from: { conversation: conversation.to.conversation },
      })
      expect(event.fields).toEqual({ subject: 'The <printer> & I', urgency: 'urgency:1', since: '2026-01-02' })
      await bench().adapter.acknowledge!(event)
      const after = conversation.seen().at(-1)
      expect(after).toMatchObject({ id, buttons: [] })
      expect(after?.fields).toBeUndefined()
      for (const words of ['What is <broken>?', 'Send it', 'In short: The <printer> & I', 'How urgent is it? Today', '2026-01-02'])
        expect(after?.text).toContain(words)
    })

    test('a wrong key of an account is named, its value is not', () => {
      const { emulator } = bench()
      const keys = { ...emulator.account(), surprisingKey: 'the-value-of-the-surprise' }
      const error = thrownBy(() => definition.config.parse(keys))
      expect(String(error)).toContain('surprisingKey')
      expect(String(error)).not.toContain('the-value-of-the-surprise')
      for (const [name, value] of Object.entries(emulator.account())) {
        if (typeof value !== 'string') continue
        const wrong = thrownBy(() => definition.config.parse({ ...emulator.account(), [name]: 7 }))
        expect(String(wrong), name).toContain(name)
      }
    })

    test('no secret was said: in no failure, error, health, verdict or line of the log', () => {
      const { emulator, said, door } = bench()
      const text = [...said, ...door.refusals].map(spelled).join('\n')
      expect(text.length).toBeGreaterThan(1000)
      expect(secretsOf(emulator).length).toBeGreaterThan(0)
      for (const secret of secretsOf(emulator)) expect(text.includes(secret)).toBe(false)
    })
  })
}

function thrownBy(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return expect.fail('nothing was thrown')
}

/** An error with its stack, its own fields and its causes, as a log would write it. */
function spelled(value: unknown, depth = 0): string {
  if (!(value instanceof Error)) return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  const own = Object.entries(value).map(([key, part]) => `${key}=${part instanceof Error ? '' : (JSON.stringify(part) ?? '')}`)
  return [value.stack, ...own, depth < 5 && value.cause !== undefined ? spelled(value.cause, depth + 1) : ''].join('\n')
}
