/** Puts together what people's acts work with, the same for the server and the command line. */
import type { Views } from '../../http/views.ts'
import { createQueueMail } from '../../notices/mail/queue.ts'
import { joinOrganization } from '../../organizations/join.ts'
import { createPersonalOrganization } from '../../organizations/personal.ts'
import type { Mail } from '../../platform/mail.ts'
import type { UserServices } from '../../users/services.ts'

export function createUserServices(
  given: Omit<UserServices, 'organizations' | 'sendMail' | 'queueMail' | 'platformName'> & {
    platform: { readonly name: string }
    views: Pick<Views, 'renderMail'>
    mail: Pick<Mail, 'post'>
  },
): UserServices {
  const { views, mail, platform, ...services } = given
  return {
    ...services,
    get platformName() {
      return platform.name
    },
    organizations: { createPersonal: createPersonalOrganization, join: joinOrganization },
    queueMail: createQueueMail(services.clock),
    sendMail: (name, to, model, locale) => mail.post({ to, ...views.renderMail(name, model, locale) }),
  }
}
