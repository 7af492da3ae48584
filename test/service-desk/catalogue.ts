import type { Catalogue } from '../../src/core/service-desk.ts'

/** What service desks in tests offer: an item that nobody approves, one with one approver, and one with two steps, the second of which wants two of three. */
export const catalogue: Catalogue = {
  categories: [
    { id: 'hardware', title: 'Hardware', keywords: ['laptop', 'screen'] },
    { id: 'software', title: 'Software', keywords: ['install'] },
  ],
  items: [
    {
      id: 'software-installation',
      title: 'Software installation',
      category: 'software',
      description: 'A program on your computer.',
      keywords: ['install'],
      priority: 'low',
      fields: [
        { name: 'program', label: 'Program', ask: 'Which program?', required: true, kind: 'text' },
        { name: 'by', label: 'Needed by', ask: 'By when?', required: false, kind: 'date' },
      ],
      approvals: [],
    },
    {
      id: 'monitor',
      title: 'Monitor',
      category: 'hardware',
      description: 'One more screen.',
      keywords: ['screen'],
      priority: 'low',
      fields: [
        {
          name: 'size',
          label: 'Size',
          ask: 'Which size?',
          required: true,
          kind: 'choice',
          options: [
            { value: '24', label: '24 inch', also: ['small'] },
            { value: '27', label: '27 inch', also: ['large'] },
          ],
        },
      ],
      approvals: [{ title: 'Team lead', approvers: ['Lead@example.com'], quorum: 1 }],
    },
    {
      id: 'laptop',
      title: 'New laptop',
      category: 'hardware',
      description: 'A new laptop.',
      keywords: ['notebook'],
      priority: 'medium',
      fields: [],
      approvals: [
        { title: 'Team lead', approvers: ['lead@example.com'], quorum: 1 },
        { title: 'Purchasing', approvers: ['p1@example.com', 'p2@example.com', 'p3@example.com'], quorum: 2 },
      ],
    },
  ],
}
