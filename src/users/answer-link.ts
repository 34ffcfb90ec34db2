/** What each kind of link asks for, and what it does when its button is pressed. */
import type { AuditContext } from '../audit/record.ts'
import { changeAsksSignIn, completeAddressChange } from './change-address.ts'
import { completeFirstAdministrator } from './first-administrator.ts'
import { acceptInvitation, invitationAsksPassword } from './invite.ts'
import type { AnswerLink, LinkAnswer, LinkInput } from './link-answer.ts'
import type { Link, LinkPurpose } from './links.ts'
import { completeProof, proofAsksPassword } from './prove-email.ts'
import { completeReset } from './reset-password.ts'
import type { UserServices } from './services.ts'
import { completeSignUp } from './sign-up.ts'
import { parseName } from './user.ts'

const answers: Readonly<Record<LinkPurpose, AnswerLink>> = {
  sign_up: completeSignUp,
  invitation: acceptInvitation,
  reset: completeReset,
  first_administrator: completeFirstAdministrator,
  prove_email: completeProof,
  change_email: completeAddressChange,
}

/** Which fields its page shows; with `signIn`, none before whom it is for is signed in. */
export async function whatLinkAsks(
  services: Pick<UserServices, 'db'>,
  link: Link,
  signedInAs: string | null,
): Promise<{ name: boolean; password: boolean; signIn?: boolean }> {
  switch (link.purpose) {
    case 'sign_up':
    case 'first_administrator':
      return { name: true, password: true }
    case 'reset':
      return { name: false, password: true }
    case 'prove_email':
      return { name: false, password: proofAsksPassword(link, signedInAs) }
    case 'change_email':
      return { name: false, password: false, signIn: changeAsksSignIn(link, signedInAs) }
    case 'invitation': {
      const asked = await invitationAsksPassword(services, link)
      return { name: asked, password: asked }
    }
  }
}

/** Uses a live link up. Throws `BusyError` where passwords can't be hashed now; the link then still works. */
export async function answerLink(
  services: UserServices,
  link: Link,
  input: LinkInput,
  context: AuditContext,
): Promise<LinkAnswer> {
  return answers[link.purpose](services, link, { ...input, name: parseName(input.name) }, context)
}
