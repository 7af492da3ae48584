import type { Settings } from '../../../config/schema.ts'
import { loadCatalogue, sampleApprovers } from '../../service-desk/catalogue.ts'
import { broken, type Finding, ok, warning } from './finding.ts'

/** Can the catalogue be read, and could its approvers be anybody's? */
export async function examineCatalogue({ content, playground, serviceDesk }: Settings): Promise<Finding> {
  try {
    const catalogue = await loadCatalogue(content.catalogue)
    const samples = serviceDesk.remote || playground ? [] : sampleApprovers(catalogue)
    if (samples.length === 0) return ok('catalogue', `${catalogue.items.length} items, ${catalogue.categories.length} categories`)
    return warning(
      'catalogue',
      `${samples.join(', ')}: sample addresses, so nobody can approve what needs them`,
      'Copy the catalogue, put in your own approvers and name it in hub.content.catalogue (docs/service-desk.md).',
    )
  } catch (error) {
    return broken('catalogue', error instanceof Error ? error.message : String(error), 'The hub does not start until this is right.')
  }
}
