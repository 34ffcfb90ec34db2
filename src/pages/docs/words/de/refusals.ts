/** German: what is wrong with a credential, and what it may not do. */
import type { Words } from '../words.ts'

export const refusals = {
  missing: {
    title: 'Es kamen keine Zugangsdaten',
    meaning: 'Die Anfrage enthielt weder einen API-Schlüssel noch ein Access-Token. Wir wissen also nicht, wer fragt.',
    causes: [
      'Die Umgebungsvariable mit dem Schlüssel ist dort leer, wo das Programm läuft.',
      'Der Header heißt anders. Wir lesen `Authorization: Bearer …` und `X-API-Key: …`, sonst nichts.',
      'Eine Weiterleitung zu einem anderen Host oder ein Proxy hat den Header `Authorization` verworfen.',
    ],
    steps: [
      'Sehen Sie nach, was wirklich gesendet wird: `curl -v` zeigt jeden Header, und `test -n "$API_KEY"` sagt, ob die Variable etwas enthält.',
      'Senden Sie den Schlüssel als `Authorization: Bearer IHR_API_SCHLÜSSEL`, mit dem Wort `Bearer` und einem Leerzeichen davor.',
      'Rufen Sie die endgültige Adresse auf, damit nichts weiterleitet. In die URL gehört ein Schlüssel nie: URLs landen in Logs.',
    ],
  },
  malformed: {
    title: 'Die Zugangsdaten sind fehlerhaft',
    meaning:
      'Was gesendet wurde, kann kein API-Schlüssel oder Access-Token von uns sein. Die letzten sechs Zeichen eines Schlüssels sind eine Prüfsumme, deshalb fällt ein Tippfehler sofort auf.',
    causes: [
      'Der Schlüssel wurde beim Kopieren abgeschnitten oder verändert.',
      'Anführungszeichen, ein Leerzeichen oder ein Zeilenumbruch aus einer Datei kamen mit.',
      'Es ist der Schlüssel eines anderen Dienstes, oder der Name der Variablen statt ihres Werts.',
    ],
    steps: [
      'Zählen Sie die Zeichen: `printf %s "$API_KEY" | wc -c`. Ein Schlüssel besteht aus seinem Präfix, `_live_` oder `_test_` und 36 Zeichen.',
      'Kopieren Sie ihn noch einmal von dort, wo er aufbewahrt wird.',
      'Wird er nirgends aufbewahrt, rotieren Sie ihn. Wir zeigen einen Schlüssel einmal, wenn er entsteht, und danach nie wieder.',
    ],
  },
  revoked: {
    title: 'Die Zugangsdaten wurden widerrufen',
    meaning: 'Dieser Schlüssel oder dieses Token wurde vor der Zeit beendet, und zwar endgültig.',
    causes: [
      'Jemand aus Ihrer Organisation hat den Schlüssel widerrufen, oder die Verwaltung der Plattform.',
      'Er wurde öffentlich gefunden, in einem Repository oder einem Log, und zu Ihrem Schutz widerrufen.',
      'Bei einem Access-Token: Die Person hat zurückgenommen, was sie der App erlaubt hatte, sich abgemeldet oder ein neues Passwort gewählt.',
    ],
    steps: [
      'Fragen Sie, wer Ihre Organisation verwaltet, nach dem Grund.',
      'Legen Sie einen neuen Schlüssel mit den nötigen Scopes an und setzen Sie ihn an die Stelle des alten.',
      'War der alte öffentlich, prüfen Sie, was sonst noch daneben lag. Bei einem Access-Token bitten Sie die Person, sich neu anzumelden.',
    ],
  },
  disabled: {
    title: 'Die Zugangsdaten oder ihr Inhaber sind gesperrt',
    meaning:
      'Der Schlüssel ist abgeschaltet, oder die Person oder das Dienstkonto, für die er handelt. Anders als nach einem Widerruf gilt er wieder, sobald das endet.',
    causes: [
      'Die Person, für die der Schlüssel handelt, hat die Organisation verlassen, oder ihr Konto ist gesperrt.',
      'Der Schlüssel selbst oder sein Dienstkonto wurde von der Verwaltung gesperrt.',
      'Bei einem Access-Token: Die App, für die es ausgestellt wurde, ist gesperrt.',
    ],
    steps: [
      'Bitten Sie die Verwaltung Ihrer Organisation, die Sperre aufzuheben.',
      'Ist die Person gegangen, legen Sie einen Schlüssel für ein Dienstkonto an: Er hängt an niemandem.',
    ],
  },
  expired: {
    title: 'Die Zugangsdaten sind abgelaufen',
    meaning:
      'Ihre Zeit ist um. Ein Schlüssel gilt 90 Tage, wenn nichts anderes verlangt wurde; ein Access-Token nur Minuten.',
    causes: [
      'Niemand hat den Schlüssel rechtzeitig rotiert.',
      'Er wurde rotiert, und die Frist, in der das alte Geheimnis noch galt, ist vorbei. Irgendwo steht noch das alte.',
      'Eine App hat ein Access-Token weiter benutzt, statt es zu erneuern.',
    ],
    steps: [
      'Rotieren Sie den Schlüssel mit anderen Zugangsdaten, oder legen Sie einen neuen an, und setzen Sie ihn überall ein, wo der alte stand: in jeder Umgebung.',
      'Rotieren Sie nach Plan, lange vor dem Ende: Das alte Geheimnis gilt bis zum Ende der Frist weiter, es steht also nichts still.',
      'Holen Sie in einer App ein neues Access-Token mit dem Refresh-Token, sobald `expires_in` um ist.',
    ],
  },
  proof_required: {
    title: 'Dem Token fehlt der Nachweis',
    meaning:
      'Dieses Access-Token ist an einen Schlüssel der App gebunden, die es bekommen hat (`cnf`), und die Anfrage kam ohne den Nachweis dazu. Allein nützt es einem Dieb nichts, und Ihnen auch nicht.',
    causes: [
      'Es wurde als `Bearer` gesendet, ohne den Header `DPoP`.',
      'Die Verbindung zeigte das Zertifikat nicht vor, an das das Token gebunden ist.',
      'Ein Proxy dazwischen hat TLS beendet oder den Header `DPoP` verworfen.',
    ],
    steps: [
      'Senden Sie das Token samt Nachweis, mit der Bibliothek, die es geholt hat.',
      'Nimmt die API noch keinen solchen Nachweis an, verlangen Sie ein Token ohne Bindung.',
    ],
  },
  insufficient_user_authentication: {
    title: 'Die Anmeldung ist nicht frisch genug',
    meaning:
      'Einstellungen, Signaturschlüssel und Ähnliches ändert, wer in den letzten zehn Minuten gezeigt hat, dass er es ist. Das Token ist gültig, aber die Anmeldung, aus der es stammt, ist älter.',
    causes: [
      'Die Person hat sich vor mehr als zehn Minuten bei der App angemeldet.',
      'Das Token wurde erneuert: Es behält die Zeit der Anmeldung, aus der es zuerst kam.',
    ],
    steps: [
      'Schicken Sie die Person noch einmal zu `/oauth2/authorize`, mit `max_age=600`: Wenn es nötig ist, meldet sie sich neu an.',
      'Fragen Sie mit dem Token, das daraus kommt, noch einmal. `WWW-Authenticate` sagt einem Programm dasselbe (RFC 9470).',
    ],
  },
  https_required: {
    title: 'Nur verschlüsselte Anfragen',
    meaning:
      'Die Anfrage kam über reines `http`. Sie wurde abgelehnt und nicht umgeleitet: Was sie enthielt, lief lesbar durchs Netz und muss als bekannt gelten.',
    causes: [
      'Die Adresse beginnt mit `http://`.',
      'Ein Proxy der Plattform sagt nicht, dass die Anfrage verschlüsselt kam (`X-Forwarded-Proto`), oder man glaubt es ihm nicht.',
    ],
    steps: [
      'Rufen Sie die Adresse mit `https://` auf.',
      'Rotieren Sie den gesendeten Schlüssel. Er gilt bis dahin weiter, aber jemand anderes kann ihn gelesen haben.',
      'Wenn Sie diesen Server betreiben: `keygrant doctor` nennt den Proxy, der es vergisst.',
    ],
  },
  no_route: {
    title: 'Keine Route der Richtlinie passt',
    meaning:
      'Ein Gateway hat gefragt, ob diese Anfrage durchdarf, und die Richtlinie der API kennt keine Route für Methode und Pfad. Was nicht aufgeführt ist, wird abgelehnt.',
    causes: [
      'Pfad oder Methode enthalten einen Tippfehler.',
      'Der Pfad lässt sich auf zwei Arten lesen: Er enthält `..`, `//` oder einen kodierten Schrägstrich.',
      'Die API hat eine neue Route, die noch niemand in die Richtlinie geschrieben hat.',
    ],
    steps: [
      'Vergleichen Sie Methode und Pfad mit der Referenz der API.',
      'Wenn Sie die API betreiben, ergänzen Sie die Route: `GET` und `PUT /v1/policies/:name`. Die erste passende zählt.',
    ],
  },
  wrong_resource: {
    title: 'Die Zugangsdaten gelten für eine andere API',
    meaning: 'Die Zugangsdaten sind gültig, aber nicht für die API, die aufgerufen wurde.',
    causes: [
      'Der Schlüssel wurde beim Anlegen auf eine API beschränkt (`resource`).',
      'Das Access-Token wurde mit einer anderen `resource` geholt und gilt deshalb dort.',
      'Ein Gateway fragt nach der falschen API, oder nach keiner, was die dieses Servers selbst meint.',
    ],
    steps: [
      'Sehen Sie nach, wofür der Schlüssel gilt: `GET /v1/keys/self`.',
      'Nehmen Sie einen Schlüssel für diese API, oder legen Sie einen ohne `resource` an: Er reicht zu jeder API, zu der seine Scopes gehören.',
      'Nennen Sie in einer App die Kennung der API als `resource`, wenn Sie das Token holen.',
    ],
  },
  wrong_environment: {
    title: 'Die Zugangsdaten gelten für eine andere Umgebung',
    meaning:
      'Ein Schlüssel für `test` wurde benutzt, wo einer für `live` verlangt ist, oder umgekehrt. Keiner gilt für den anderen.',
    causes: [
      'Der Testschlüssel steht in den Einstellungen der Produktion, oder deren Schlüssel in einem Test.',
      'Die Richtlinie des Gateways fragt nach der falschen Umgebung.',
    ],
    steps: [
      'Sehen Sie, wie der Schlüssel beginnt: `kg_live_…` oder `kg_test_…`.',
      'Setzen Sie den richtigen ein. Ein Schlüssel kann die Umgebung nicht wechseln; legen Sie einen zweiten an.',
    ],
  },
  ip_not_allowed: {
    title: 'Nicht von dieser Adresse',
    meaning:
      'Der Schlüssel darf nur aus bestimmten Netzen benutzt werden (`allowed_ips`), und diese Anfrage kam von anderswo.',
    causes: [
      'Das Programm ist umgezogen: anderer Server, andere Region der Cloud, neue Adresse des Büros.',
      'Es geht nun über IPv6 hinaus, und aufgeführt sind nur IPv4-Netze.',
      'Ein Gateway dazwischen zählt nicht zu denen, deren Angabe über Adressen gilt; dann zählt seine eigene.',
    ],
    steps: [
      'Finden Sie heraus, von wo Sie kommen: Fragen Sie, wer das Netz betreibt, nach den ausgehenden Adressen.',
      'Nehmen Sie sie als CIDR-Bereiche in die Liste des Schlüssels auf: `PATCH /v1/keys/:id` mit `allowed_ips`.',
      'Haben Sie damit nicht gerechnet, hat vielleicht jemand anderes den Schlüssel. Rotieren Sie ihn.',
    ],
  },
  insufficient_scope: {
    title: 'Ein Scope fehlt',
    meaning:
      'Die Zugangsdaten sind gültig, dürfen dies aber nicht. `missing_scopes` nennt, was fehlt. Die Scopes eines Schlüssels schrumpfen auch mit den Rechten dessen, für den er handelt.',
    causes: [
      'Der Schlüssel wurde ohne diesen Scope angelegt.',
      'Die Person, für die er handelt, hat keine Verwaltungsrechte mehr, und der Scope setzt sie voraus.',
      'Bei der Zustimmung hat jemand den Haken an diesem Scope entfernt.',
    ],
    steps: [
      'Sehen Sie nach, was der Schlüssel jetzt darf: `GET /v1/resources`.',
      'Geben Sie ihm den Scope, mit Zugangsdaten, die ihn selbst haben: `PATCH /v1/keys/:id` mit `scopes`. Oder legen Sie dafür einen zweiten an.',
      'Fragen Sie in einer App noch einmal nach dem Scope: Die Person entscheidet.',
    ],
  },
  forbidden: {
    title: 'Nicht erlaubt',
    meaning: 'Wir wissen, wer fragt, und er darf das nicht. `detail` sagt, welcher Teil der Anfrage gemeint ist.',
    causes: [
      'Ein Feld, das nur die Verwaltung der Plattform setzen darf: `tier`, `limits`, `grantable_scopes`, `user_id`.',
      'Es entstünden Zugangsdaten, die mehr dürfen als die, mit denen gefragt wird.',
      'Es braucht die Rolle einer Administratorin oder eines Administrators der Organisation.',
    ],
    steps: [
      'Lassen Sie das Feld weg, das `detail` nennt.',
      'Oder bitten Sie die Verwaltung Ihrer Organisation oder der Plattform, es zu tun.',
    ],
  },
  host_only: {
    title: 'Nur auf dem Server selbst',
    meaning:
      'Manche Änderungen sind zu schwerwiegend für einen Schlüssel, der bekannt werden kann: Rollen, fremde Passwörter, Signaturschlüssel, Einstellungen. Dafür braucht es eine Person, die sich eben angemeldet hat, oder den Befehl auf dem Server.',
    causes: ['Ein API-Schlüssel oder ein Token hat eine solche Änderung verlangt.'],
    steps: ['Tun Sie es auf dem Server, mit dem Befehl `keygrant`. `keygrant --help` zeigt, was es gibt.'],
  },
  fresh_sign_in_required: {
    title: 'Nur für eine Person, die sich eben angemeldet hat',
    meaning:
      'Einstellungen, Signaturschlüssel und Ähnliches sind zu schwerwiegend für Zugangsdaten, die bekannt werden können. Kein API-Schlüssel ändert sie und kein Client von sich aus: Dafür braucht es jemanden aus der Verwaltung der Plattform, der sich in den letzten zehn Minuten angemeldet hat, oder den Befehl auf dem Server selbst.',
    causes: [
      'Ein API-Schlüssel hat eine solche Änderung verlangt, und sei es einer der Verwaltung.',
      'Ein Client hat mit einem eigenen Token gefragt (`client_credentials`), hinter dem keine Person steht.',
    ],
    steps: [
      'Tun Sie es auf dem Server, mit dem Befehl `keygrant`. `keygrant --help` zeigt, was es gibt.',
      'Oder jemand aus der Verwaltung erlaubt einer App den Scope, etwa `admin:settings:write`, und Sie fragen mit diesem Token.',
    ],
  },
  form_expired: {
    title: 'Das Formular ist abgelaufen',
    meaning:
      'Es kam ein Formular, das dieser Browser nicht eben von uns bekommen hat; deshalb ist nichts geschehen. So können andere Seiten nicht in Ihrem Namen Formulare senden.',
    causes: [
      'Die Seite war sehr lange offen, oder Sie haben sich in einem anderen Tab an- oder abgemeldet.',
      'Der Browser nimmt von dieser Seite keine Cookies an.',
    ],
    steps: [
      'Gehen Sie zurück, laden Sie die Seite neu und senden Sie das Formular noch einmal.',
      'Erlauben Sie Cookies für diese Seite.',
    ],
  },
} as const satisfies Partial<Words['errors']>
