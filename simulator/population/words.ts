/** Word lists for names, places and sentences: German, English, French, Japanese, and a few unusual ones. */

export const FIRST_NAMES =
  `Anna Ben Clara David Elif Finn Greta Hannes Ida Jakob Katharina Leon Marie
Niklas Paul Rosa Sven Theo Ursula Vincent Wiebke Jürgen Käthe Björn Zoë James Olivia William Ava Henry
Charlotte Jack Amelia George Isla Aaliyah Mateo Siobhán Étienne Amélie Benoît Chloé Gaëlle Hélène Luc
Mathilde Noémie Rémi Thérèse 太郎 花子 翔 美咲 健 陽菜 蓮 さくら Łukasz Søren İpek Mary-Ann`.split(
    /\s+/,
  )

export const LAST_NAMES =
  `Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Hoffmann Schäfer Koch
Bauer Richter Klein Wolf Schröder Neumann Zimmermann Großmann Krüger Smith Jones Taylor Brown Davies Evans
O'Neill MacDonald Walker Wright Robinson Nguyen Patel D'Angelo Martin Bernard Dubois Lefèvre Garnier
Beauséjour Désiré 佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 Kowalczyk Ødegård Yılmaz Meyer-Lüdenscheidt`.split(
    /\s+/,
  )

export const COMPANY_STEMS =
  `Nordlicht Bergmann Rheintal Alpenwerk Hansa Stahlbau Elbe Isar Tannhof Sonnblick
Acme Globex Initech Umbra Vertex Pioneer Harbor Summit Cobalt Redwood Lumière Mistral Horizon Boréal
Étoile Sakura Yamato Hikari Midori Fuji Kaizen Blitz Krone Adler Falke`.split(/\s+/)

export const COMPANY_TAILS = [
  'GmbH',
  'AG',
  'GmbH & Co. KG',
  'e.V.',
  'Ltd',
  'Inc.',
  'LLC',
  'SARL',
  'SAS',
  'K.K.',
  '株式会社',
  'Group',
  '"Holding"',
  'Söhne',
]

export const CITIES =
  `Berlin Hamburg München Köln Düsseldorf Leipzig Zürich Wien London Manchester Dublin
Paris Lyon Bordeaux 東京 大阪 Boston Austin Saint-Étienne Kraków`.split(/\s+/)

export const STREETS =
  `Hauptstraße Bahnhofstr. Lindenallee Am_Markt High_Street Station_Road Rue_de_la_Paix
Avenue_Foch Kirchweg Gartenstr.`
    .split(/\s+/)
    .map((street) => street.replaceAll('_', ' '))

export const COUNTRIES = [
  'Germany',
  'Deutschland',
  'Austria',
  'Switzerland',
  'United Kingdom',
  'Ireland',
  'France',
  '日本',
  'United States',
  "Côte d'Ivoire",
]

export const JOB_TITLES = [
  'Geschäftsführer',
  'Head of Operations',
  'Einkäuferin',
  'Leiter Fuhrpark',
  'CEO',
  'CTO & Co-Founder',
  'Directrice commerciale',
  'Sales Manager',
  '部長',
  'Werkstudent (m/w/d)',
  'Software Engineer',
  'Assistant to the Board',
]

export const PHRASES = [
  'Bitte um Rückruf nächste Woche.',
  'Asked for a quote; decision by end of quarter.',
  'Interessiert an 12 Fahrzeugen, Budget freigegeben.',
  'Left voicemail.',
  "Le client souhaite une démo, n'est pas pressé.",
  '見積もりを送付しました。',
  'Follow up after trade fair; see attachment "offer_v3.pdf".',
  'Prefers e-mail over phone',
  'Vertrag läuft 12/2027 aus – rechtzeitig melden!',
  'Escalated: invoice does not match the order.',
  'No budget this year.',
  'Meeting moved to Thursday 10:30 (CET).',
  '50% discount requested, 10% granted',
  'Thanks for your help 🙏',
]

export const PRODUCT_NAMES = [
  'Wallbox 11 kW',
  'Wallbox 22 kW',
  'Installation & Inbetriebnahme',
  'Charging card (annual)',
  'Fleet licence',
  'Premium support',
  'Winterreifen-Set 18"',
  'Full-service leasing',
  'Telematics box',
  'Schulung (1 Tag)',
  '充電ケーブル 5m',
  'Câble Type 2',
]

export const CAR_MAKES = [
  { make: 'Volkswagen', models: ['ID.3', 'Golf', 'Passat'] },
  { make: 'BMW', models: ['i4', '320d', 'X1'] },
  { make: 'Renault', models: ['Mégane E-Tech', 'Zoé', 'Kangoo'] },
  { make: 'Toyota', models: ['ヤリス', 'Corolla', 'bZ4X'] },
  { make: 'Škoda', models: ['Octavia', 'Enyaq'] },
] as const
