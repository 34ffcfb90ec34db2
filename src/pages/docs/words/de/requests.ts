/** German: limits, what is wrong with a request, and what is wrong with us. */
import type { Words } from '../words.ts'

export const requests = {
  rate_limited: {
    title: 'Über einer Grenze',
    meaning:
      'Der Schlüssel oder seine Organisation hat verbraucht, was der Tarif erlaubt. Abgelehnte Anfragen zählen nicht, Warten genügt also. `violated-policies` nennt die Grenze: `hour` zählt je 60 Minuten, `burst`, was auf einmal kommt.',
    causes: [
      'Eine Schleife ohne Pause, oder viele Prozesse mit einem Schlüssel.',
      'Dasselbe wird immer wieder gefragt, statt die Antwort zu behalten.',
      'Der Verkehr ist gewachsen, der Tarif nicht.',
      'Aus Ihrem Netz kamen zu viele unbekannte Schlüssel. Das zählt für sich, und dann ist keine Grenze genannt.',
    ],
    steps: [
      'Warten Sie so viele Sekunden, wie `Retry-After` sagt, und versuchen Sie es dann wieder: nach jedem Fehlschlag länger, mit einem zufälligen Anteil. [So geht es](/docs/troubleshooting#status-429).',
      'Lesen Sie `RateLimit` in jeder Antwort und werden Sie langsamer, bevor es bei null ist.',
      'Behalten Sie Antworten, die sich nicht ändern; fragen Sie nach vielem auf einmal, wo die API das kann.',
      'Reicht das nicht, nehmen Sie einen größeren Tarif: [Grenzen und größere Tarife](/docs/troubleshooting#limits).',
    ],
  },
  too_many_requests: {
    title: 'Zu viele Anfragen',
    meaning:
      'Zu viel von einer Art, unabhängig vom Tarif: Passwortversuche, verlangte E-Mails, Einladungen oder neue API-Schlüssel.',
    causes: [
      'Mehr neue API-Schlüssel in einer Stunde, als eine Organisation anlegen darf.',
      'Viele Menschen hinter einer Adresse, von denen einer Passwörter rät.',
    ],
    steps: [
      'Warten Sie so viele Sekunden, wie `Retry-After` sagt.',
      'Behalten Sie einen Schlüssel und rotieren Sie ihn, statt für jeden Lauf einen neuen anzulegen.',
    ],
  },
  key_limit_reached: {
    title: 'Die Organisation hat so viele API-Schlüssel, wie sie darf',
    meaning:
      'Eine Organisation darf eine bestimmte Zahl gültiger Schlüssel haben: 1.000, wenn die Plattform nichts anderes sagt.',
    causes: [
      'Ein Programm legt für jeden Lauf einen Schlüssel an und widerruft ihn nie.',
      'Schlüssel alter Projekte gelten noch.',
    ],
    steps: [
      'Sehen Sie die Schlüssel durch und widerrufen Sie, was niemand benutzt: `GET /v1/keys` zeigt `last_used_at`.',
      'Rotieren Sie, statt neue anzulegen: Ein rotierter Schlüssel zählt einmal.',
    ],
  },
  bad_request: {
    title: 'Die Anfrage ist fehlerhaft',
    meaning:
      'Etwas in der Anfrage ist nicht zu verstehen. `errors` nennt alle Fehler auf einmal, jeden mit seiner Stelle. Fragt ein Gateway, ist es ein 401: Ein falsch eingerichtetes Gateway lässt niemanden durch.',
    causes: [
      'Ein Feld ist vertippt oder unbekannt. Unbekannte lehnen wir ab, damit kein Tippfehler unbemerkt bleibt.',
      'Ein Wert hat die falsche Art: eine Zahl als Text, eine Zeit ohne Zone.',
      'Es kamen zwei Zugangsdaten auf einmal, oder ein Parameter zweimal.',
      'Beim Gateway: `cost` liegt nicht zwischen 1 und 10.000 oder über der Größe des Burst.',
    ],
    steps: [
      'Beheben Sie, was `errors` nennt: `path` zeigt auf die Stelle im Body oder nennt den Parameter.',
      'Senden Sie die Zugangsdaten einmal, in einem Header.',
      'Wiederholen Sie die Anfrage nicht unverändert: Die Antwort bleibt dieselbe.',
    ],
  },
  not_found: {
    title: 'Nicht gefunden',
    meaning:
      'Mit 404: Hier ist nichts, oder es gehört Ihnen nicht; wir antworten gleich, damit niemand erfährt, was andere haben. Mit 401: Die Zugangsdaten haben die richtige Form, sind aber nicht von diesem Server.',
    causes: [
      'Adresse oder Id enthalten einen Tippfehler.',
      'Das Gesuchte gehört einer anderen Organisation als der Schlüssel.',
      'Mit 401: Der Schlüssel ist von einer anderen Installation, etwa von der Produktion statt vom Test, oder wurde mit seiner Organisation gelöscht.',
    ],
    steps: [
      'Vergleichen Sie den Pfad mit der Referenz, und die Id mit dem, was eine Liste derselben Art zeigt.',
      'Sehen Sie nach, zu welcher Organisation der Schlüssel gehört: `GET /v1/keys/self`.',
      'Mit 401: Prüfen Sie, zu welchem Server die Adresse führt und welchen Schlüssel dessen Einstellungen enthalten.',
    ],
  },
  method_not_allowed: {
    title: 'Methode nicht erlaubt',
    meaning: 'Diese Adresse gibt es, aber nicht für diese Methode. Der Header `Allow` zählt auf, welche sie kennt.',
    causes: ['`POST` statt `PATCH`, oder umgekehrt.', 'Eine Weiterleitung hat aus einem `POST` ein `GET` gemacht.'],
    steps: [
      'Nehmen Sie eine der Methoden in `Allow`.',
      'Rufen Sie die endgültige Adresse auf, ohne überzähligen Schrägstrich, damit nichts weiterleitet.',
    ],
  },
  conflict: {
    title: 'Es widerspricht dem, was da ist',
    meaning:
      'Die Anfrage ist für sich richtig, verträgt sich aber nicht mit dem, was es schon gibt. `detail` sagt, womit sie zusammenstößt.',
    causes: [
      'Ein Name oder eine `external_id`, die es nur einmal geben darf, ist vergeben.',
      'Der Zustand lässt es nicht zu: Ein widerrufener Schlüssel kann nicht rotiert werden.',
      'Etwas anderes hängt noch an dem, was gelöscht werden soll.',
    ],
    steps: ['Sehen Sie nach, was da ist, und ändern Sie das.', 'Oder nehmen Sie einen anderen Namen.'],
  },
  idempotency_key_in_use: {
    title: 'Die erste Anfrage mit diesem Idempotency-Key läuft noch',
    meaning: 'Dieselbe Anfrage kam zweimal, und die erste ist noch nicht beantwortet. Es ist nichts doppelt geschehen.',
    causes: ['Die Wiederholung kam schneller als die Antwort.', 'Zwei Prozesse haben denselben Auftrag.'],
    steps: [
      'Warten Sie so viele Sekunden, wie `Retry-After` sagt, und senden Sie dieselbe Anfrage noch einmal: Sie bekommen die Antwort der ersten.',
    ],
  },
  idempotency_key_reused: {
    title: 'Dieser Idempotency-Key kam mit einer anderen Anfrage',
    meaning:
      'In den letzten 24 Stunden kam dieser `Idempotency-Key` mit einem anderen Body. Wir wissen nicht, welche der beiden Anfragen Sie meinen.',
    causes: [
      'Er steht fest im Programm, statt für jede Anfrage neu zu entstehen.',
      'Die Wiederholung hat den Body verändert, etwa durch einen Zeitstempel darin.',
    ],
    steps: [
      'Bilden Sie für jede neue Anfrage einen neuen `Idempotency-Key`; eine UUID genügt.',
      'Senden Sie beim Wiederholen genau denselben Body.',
    ],
  },
  payload_too_large: {
    title: 'Der Body ist zu groß',
    meaning: 'Der Body ist länger, als diese Adresse annimmt: 64 KiB, bei Importen 2 MiB.',
    causes: [
      'Eine Datei oder eine ganze Liste kam, wo eine Sache verlangt ist.',
      '`metadata` dient als Ablage für Dokumente; es nimmt 16 KiB.',
    ],
    steps: [
      'Senden Sie weniger auf einmal: mehrere Anfragen, oder den Import in Teilen.',
      'Bewahren Sie Großes anderswo auf und schreiben Sie dessen Adresse in `metadata`.',
    ],
  },
  unsupported_media_type: {
    title: 'Medientyp nicht unterstützt',
    meaning: 'Der Body kam nicht als JSON. `/v1` nimmt `Content-Type: application/json`, `/oauth2` nimmt Formulare.',
    causes: [
      '`curl -d` gibt an, ein Formular zu senden, wenn man nichts anderes sagt.',
      'Die HTTP-Bibliothek bekam Text und hat geraten.',
    ],
    steps: [
      'Ergänzen Sie `-H "Content-Type: application/json"`.',
      'Senden Sie JSON so, wie die Bibliothek es vorsieht.',
    ],
  },
  internal_error: {
    title: 'Bei uns ist etwas schiefgegangen',
    meaning:
      'Ein Fehler bei uns. Ihre Anfrage ist vielleicht in Ordnung. Er steht in unserem Log, unter der `request_id` der Antwort.',
    causes: ['Ein Fehler in diesem Server, oder etwas, woran er hängt, verhält sich unvorhergesehen.'],
    steps: [
      'Versuchen Sie es gleich noch einmal. Senden Sie, was etwas anlegt, mit einem `Idempotency-Key`: Dann entsteht nichts doppelt.',
      'Bleibt es dabei, schreiben Sie uns die `request_id`.',
    ],
  },
  unavailable: {
    title: 'Im Moment nicht erreichbar',
    meaning:
      'Gerade können wir nicht wissen, was gilt: Die Datenbank ist weg, oder dieser Server hat seit Sekunden von keiner Änderung gehört. Über Ihren Schlüssel sagt das nichts; eine Störung beantworten wir nie mit 401.',
    causes: ['Die Datenbank oder das Netz dorthin ist gestört.', 'Der Server startet oder endet gerade.'],
    steps: [
      'Versuchen Sie es nach so vielen Sekunden wieder, wie `Retry-After` sagt, jedes Mal später und mit einem zufälligen Anteil.',
      'Behalten Sie den Schlüssel: Mit ihm ist alles in Ordnung.',
      'Dauert es Minuten, schreiben Sie uns.',
    ],
  },
  valid: {
    title: 'Es darf durch',
    meaning:
      'Kein Fehler: Die Zugangsdaten genügen für das, was gefragt wurde. So antworten `/v1/check` und `/v1/keys/verify`, in `x-auth-code` und in `code`.',
    causes: [],
    steps: [
      'Lassen Sie die Anfrage durch.',
      'Hinter `/v1/check` findet Ihre API in `x-auth-subject`, `x-auth-organization` und den übrigen, wer anfragt. Jedes 200 setzt sie alle und überschreibt damit gefälschte von außen.',
      'Wo eine Richtlinie nur beobachtet oder ein anderer Status verlangt ist, sagt `x-auth-status`, was geantwortet worden wäre.',
    ],
  },
} as const satisfies Partial<Words['errors']>
