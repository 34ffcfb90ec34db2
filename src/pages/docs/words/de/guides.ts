/** German: the guide by symptom. */
import { retryCommand, retryProgram } from '../../retry.ts'
import type { Addresses, Section } from '../words.ts'

export function troubleshooting({ apiUrl, supportEmail, upgradeUrl }: Addresses): Section[] {
  return [
    {
      id: 'glance',
      title: 'Auf einen Blick',
      blocks: [
        {
          statuses: [
            { status: 200, meaning: 'Erfolg', action: 'Weiter.' },
            {
              status: 401,
              meaning: 'Wir nehmen die Zugangsdaten nicht an',
              action: '[Schlüssel prüfen](#status-401). Nicht wiederholen.',
            },
            {
              status: 403,
              meaning: 'Wir kennen Sie, aber Sie dürfen das nicht',
              action: '[Scopes und Rechte prüfen](#status-403). Nicht wiederholen.',
            },
            { status: 429, meaning: 'Über einer Grenze', action: '[Warten, jedes Mal länger](#status-429).' },
            {
              status: 503,
              meaning: 'Wir können es gerade nicht wissen',
              action: '[Warten und wiederholen](#status-429). Ihr Schlüssel ist in Ordnung.',
            },
          ],
        },
        {
          text: 'Jede Ablehnung sagt mehr: Ihr `code` hat eine Seite unter [Fehler](/docs/errors), und `detail` nennt, was gemeint ist.',
        },
        {
          text: 'Im Zweifel fragen Sie den Schlüssel nach sich selbst. Das wird nie angerechnet und nennt seinen Status, seine Scopes und sein Ende, oder den Grund, warum er nicht gilt:',
        },
        { label: 'Shell', code: `curl -i ${apiUrl}/v1/keys/self \\\n  -H "Authorization: Bearer $API_KEY"` },
      ],
    },
    {
      id: 'status-401',
      title: '401: Der Schlüssel wird nicht angenommen',
      blocks: [
        { text: 'Derselbe Schlüssel wird wieder abgelehnt; wiederholen Sie es also nicht. Sehen Sie auf `code`:' },
        {
          list: [
            '{missing}: Es kam kein Schlüssel. Ist die Variable leer? Hat eine Weiterleitung den Header verworfen?',
            '{malformed}: Das kann keiner sein. Wurde er abgeschnitten, oder kam ein Zeilenumbruch mit?',
            '{not_found}: Keiner von diesem Server. Ist es der einer anderen Umgebung?',
            '{expired}, {revoked}, {disabled}: Er galt einmal. Siehe [Gestern ging es noch](#yesterday).',
          ],
        },
        {
          text: 'Das Access-Token einer App gilt nur Minuten. Holen Sie mit dem Refresh-Token ein neues, und erst wenn auch das abgelehnt wird, bitten Sie die Person, sich anzumelden.',
        },
      ],
    },
    {
      id: 'status-403',
      title: '403: Der Schlüssel darf das nicht',
      blocks: [
        { text: 'Der Schlüssel ist gültig, aber nicht hierfür. Sehen Sie auf `code`:' },
        {
          list: [
            '{insufficient_scope}: `missing_scopes` nennt, was fehlt.',
            '{wrong_resource}, {wrong_environment}: Er gilt für eine andere API, oder es ist ein Testschlüssel in der Produktion.',
            '{ip_not_allowed}: Er kommt aus einem Netz, das nicht in seiner Liste steht.',
            '{forbidden}: Ein Feld oder eine Handlung nur für die Verwaltung. `detail` nennt es.',
            '{no_route}: Das Gateway kennt Methode und Pfad nicht.',
            '{https_required}: siehe [Unverschlüsselte Anfragen](#unencrypted).',
          ],
        },
        { text: 'Was anderen gehört, ist ein 404 und kein 403: Wir verraten nicht, ob es das gibt.' },
      ],
    },
    {
      id: 'status-429',
      title: '429: „Rate limit exceeded“',
      blocks: [
        {
          text: 'Warten Sie mindestens so lange, wie `Retry-After` sagt, und versuchen Sie es dann wieder. Verdoppeln Sie die Pause nach jedem Fehlschlag (exponentieller Back-off) und fügen Sie einen zufälligen Anteil hinzu (Jitter), damit Ihre Prozesse nicht alle im selben Augenblick wiederkommen. Für 503 gilt dasselbe.',
        },
        { label: 'JavaScript', code: retryProgram },
        { label: 'Shell', code: retryCommand(apiUrl) },
        {
          list: [
            'Besser als warten ist, gar nicht anzustoßen: Jede Antwort hat `RateLimit`, mit `r` für den Rest und `t` für die Sekunden, bis es mehr wird.',
            'Behalten Sie Antworten, die sich selten ändern.',
            'Lassen Sie eine Stelle in Ihrem Programm für alle Prozesse zählen.',
            'Eine abgelehnte Anfrage kostet nichts; ein Versuch nach der Pause wird Ihnen also nicht angelastet.',
          ],
        },
      ],
    },
    {
      id: 'yesterday',
      title: 'Gestern ging es noch',
      blocks: [
        { text: 'Dann hat sich etwas am Schlüssel geändert. Vom Häufigsten zum Seltensten:' },
        {
          list: [
            '{expired}: Seine 90 Tage sind um. Legen Sie einen neuen an und lassen Sie ihn künftig durch ein Programm rotieren.',
            '{expired}: Jemand hat ihn rotiert, und hier steht noch das alte Geheimnis, dessen Frist vorbei ist.',
            '{revoked}: Jemand hat ihn widerrufen, oder er wurde öffentlich gefunden.',
            '{disabled}: Die Person, für die er handelt, ist gegangen. Schlüssel von Dienstkonten überdauern Menschen.',
            '{insufficient_scope}: Sein Inhaber hat eine Rolle verloren, oder jemand hat den Schlüssel eingeschränkt.',
            '{ip_not_allowed}: Ihr Programm ist in ein anderes Netz umgezogen.',
            '{rate_limited}: Ihr Verkehr ist gewachsen, oder ein anderes Programm benutzt denselben Schlüssel.',
          ],
        },
      ],
    },
    {
      id: 'limits',
      title: 'Grenzen, und größere Tarife',
      blocks: [
        {
          text: 'Jeder Schlüssel hat durch seinen Tarif zwei Grenzen: Aufrufe in je 60 Minuten (`hour`) und Aufrufe auf einmal (`burst`), was sich stetig wieder füllt. Alle Schlüssel einer Organisation können sich dazu eine Obergrenze teilen. Ihre Grenzen, und was davon übrig ist:',
        },
        { label: 'Shell', code: `curl ${apiUrl}/v1/limits \\\n  -H "Authorization: Bearer $API_KEY"` },
        {
          text: 'Die Stunde wird in ganzen Minuten gezählt; ein Aufruf ist also nach 60 bis 61 Minuten vergessen, nie früher. `test` und `live` zählen getrennt.',
        },
        {
          text:
            upgradeUrl === null
              ? `Für einen größeren Tarif schreiben Sie an [${supportEmail}](mailto:${supportEmail}). Er gilt binnen einer Sekunde für jeden Schlüssel der Organisation, und was verbraucht war, bleibt verbraucht.`
              : `Einen größeren Tarif gibt es [hier](${upgradeUrl}). Er gilt binnen einer Sekunde für jeden Schlüssel der Organisation, und was verbraucht war, bleibt verbraucht.`,
        },
      ],
    },
    {
      id: 'unencrypted',
      title: 'Unverschlüsselte Anfragen',
      blocks: [
        {
          text: 'Anfragen über reines `http` werden mit {https_required} abgelehnt und nicht umgeleitet. Dann ist der Schlüssel schon für alle lesbar durchs Netz gelaufen; er wird als bekannt geworden vermerkt. Rufen Sie `https://` auf und rotieren Sie ihn.',
        },
      ],
    },
    {
      id: 'gateway',
      title: 'Hinter einem Gateway',
      blocks: [
        {
          text: 'Wo ein Gateway vor einer API diesen Server fragt, gibt es weiter, was es kann. Manche kennen von einer Prüfung kein 429 oder 503 und antworten stattdessen mit 403, und manche behalten den Grund für sich.',
        },
        {
          list: [
            'Sehen Sie das Urteil selbst: `x-auth-code` und `x-auth-status`, wenn das Gateway sie durchlässt, oder fragen Sie hier direkt mit `GET /v1/keys/self`.',
            'Gelingt ein Aufruf hier und dort nicht, liegt der Unterschied in der Richtlinie des Gateways: Scopes, Umgebung oder Routen.',
            'Scheitert jeder Aufruf mit {bad_request}, ist das Gateway falsch eingerichtet. Das ist mit Absicht ein 401: So kommt nichts versehentlich durch.',
            'Wenn Sie das Gateway betreiben: Löschen Sie eingehende Header `x-auth-*`, reichen Sie `Authorization` weiter und speichern Sie das Urteil nicht zwischen.',
          ],
        },
      ],
    },
    {
      id: 'ask',
      title: 'Fragen Sie uns',
      blocks: [
        { text: `Schreiben Sie an [${supportEmail}](mailto:${supportEmail}), und geben Sie dazu an:` },
        {
          list: [
            'die `request_id` der Antwort, die auch im Header `x-request-id` steht;',
            'ihren `code` und die Zeit mit Zone;',
            'die Id des Schlüssels (`key_…`) oder seine letzten vier Zeichen. Nie den Schlüssel: Niemand von uns fragt danach.',
          ],
        },
      ],
    },
  ]
}
