/** Where demo companies and people come from: names, cities and forms that go together. */
export interface Place {
  readonly country: string
  /** Share of the companies. */
  readonly weight: number
  readonly cities: readonly string[]
  /** `#` is the house number. */
  readonly streets: readonly string[]
  readonly firstNames: readonly string[]
  readonly lastNames: readonly string[]
  /** `*` is the company's own name. */
  readonly companyForms: readonly string[]
  /** Family names come first. */
  readonly familyFirst?: true
  readonly dialCode: string
  readonly domain: string
}

const list = (words: string): readonly string[] => words.split('|')

export const PLACES: readonly Place[] = [
  {
    country: 'United States',
    weight: 26,
    cities: list(
      'New York|San Francisco|Chicago|Austin|Boston|Seattle|Denver|Atlanta|Portland|Minneapolis|Raleigh|Nashville',
    ),
    streets: list('# Market Street|# Main Street|# Broadway|# Oak Avenue|# Lincoln Boulevard|# Harbor Drive'),
    firstNames: list(
      'James|Maria|Robert|Linda|Michael|Jennifer|David|Ashley|Daniel|Megan|Tyler|Brianna|Marcus|Olivia|Ethan|Grace|Noah|Keisha',
    ),
    lastNames: list(
      'Smith|Johnson|Williams|Brown|Garcia|Miller|Davis|Rodriguez|Wilson|Anderson|Thomas|Moore|Jackson|Lee|Harris|Nguyen|Walker',
    ),
    companyForms: list('* Inc.|* LLC|*, Inc.|* Corp.|The * Company|* Group'),
    dialCode: '+1',
    domain: 'com',
  },
  {
    country: 'Germany',
    weight: 13,
    cities: list('Berlin|Hamburg|München|Köln|Frankfurt am Main|Stuttgart|Düsseldorf|Leipzig|Nürnberg|Lübeck'),
    streets: list('Hauptstraße #|Gartenweg #|Friedrichstraße #|Lindenallee #|Am Bahnhof #|Königsplatz #'),
    firstNames: list(
      'Jürgen|Anna|Lukas|Katharina|Sebastian|Ursula|Björn|Leonie|Matthias|Zoë|Felix|Hannah|Jörg|Käthe|Tobias|Mareike',
    ),
    lastNames: list(
      'Müller|Schmidt|Schneider|Fischer|Weber|Schäfer|Köhler|Groß|Krüger|Lehmann|Böhm|Vogel|Winkler|Jäger|Weiß',
    ),
    companyForms: list('* GmbH|* AG|* GmbH & Co. KG|* SE|* UG'),
    dialCode: '+49',
    domain: 'de',
  },
  {
    country: 'United Kingdom',
    weight: 10,
    cities: list('London|Manchester|Leeds|Bristol|Edinburgh|Glasgow|Cardiff|Belfast|Cambridge'),
    streets: list('# High Street|# Station Road|# Church Lane|# Victoria Road|# Mill Lane|# Queens Gate'),
    firstNames: list('Oliver|Amelia|Harry|Isla|George|Sophie|Jack|Freya|Imran|Priya|Callum|Niamh|Rhys|Charlotte'),
    lastNames: list(
      'Jones|Taylor|Evans|Davies|Roberts|Wright|Hughes|Khan|Patel|Murray|Campbell|Fitzgerald|Ó Briain|Clarke',
    ),
    companyForms: list('* Ltd|* plc|* LLP|* & Sons Ltd|* Holdings plc'),
    dialCode: '+44',
    domain: 'co.uk',
  },
  {
    country: 'France',
    weight: 8,
    cities: list('Paris|Lyon|Marseille|Toulouse|Nantes|Bordeaux|Lille|Besançon|Nîmes'),
    streets: list(
      '# rue de la République|# avenue Jean-Jaurès|# boulevard Saint-Michel|# place de l’Église|# quai d’Orléans',
    ),
    firstNames: list('François|Élodie|Jérôme|Chloé|Mathieu|Aurélie|Théo|Inès|Benoît|Noémie|Loïc|Margaux|Cédric|Maëlle'),
    lastNames: list('Dupont|Lefèvre|Moreau|Bénard|Rousseau|Girard|Mercier|Lemaître|Fontaine|Garnier|Chevalier|D’Hervé'),
    companyForms: list('* SA|* SARL|* SAS|Société *|Groupe *'),
    dialCode: '+33',
    domain: 'fr',
  },
  {
    country: 'Spain',
    weight: 6,
    cities: list('Madrid|Barcelona|València|Sevilla|Málaga|Zaragoza|A Coruña|Cádiz'),
    streets: list('Calle Mayor #|Avenida de la Constitución #|Paseo de Gracia #|Plaza de España #'),
    firstNames: list('José|Lucía|Álvaro|Sofía|Íñigo|Begoña|Martín|Carmen|Ramón|Nuria|Andrés|Inés'),
    lastNames: list('García|Martínez|Fernández|Muñoz|Núñez|Ibáñez|Peña|Ordóñez|Vázquez|Domínguez|Castaño'),
    companyForms: list('* S.A.|* S.L.|Grupo *|Hermanos *'),
    dialCode: '+34',
    domain: 'es',
  },
  {
    country: 'Sweden',
    weight: 5,
    cities: list('Stockholm|Göteborg|Malmö|Uppsala|Örebro|Västerås|Umeå'),
    streets: list('Storgatan #|Kungsgatan #|Drottninggatan #|Björkvägen #'),
    firstNames: list('Åsa|Erik|Linnéa|Gustav|Märta|Oskar|Ebba|Göran|Saga|Håkan'),
    lastNames: list('Andersson|Sjöberg|Lindström|Åkesson|Bergström|Nyström|Öberg|Hägg|Lundgren'),
    companyForms: list('* AB|* Aktiebolag|* Gruppen AB'),
    dialCode: '+46',
    domain: 'se',
  },
  {
    country: 'Poland',
    weight: 5,
    cities: list('Warszawa|Kraków|Łódź|Wrocław|Poznań|Gdańsk|Białystok'),
    streets: list('ul. Długa #|ul. Świętojańska #|al. Jerozolimskie #|ul. Mickiewicza #'),
    firstNames: list('Łukasz|Małgorzata|Paweł|Zofia|Michał|Agnieszka|Stanisław|Żaneta|Grzegorz|Święta'),
    lastNames: list('Kowalski|Wiśniewska|Wójcik|Zieliński|Szymańska|Dąbrowski|Jabłońska|Łuczak|Żak'),
    companyForms: list('* Sp. z o.o.|* S.A.|Grupa *'),
    dialCode: '+48',
    domain: 'pl',
  },
  {
    country: 'Türkiye',
    weight: 4,
    cities: list('İstanbul|Ankara|İzmir|Eskişehir|Çanakkale|Muğla'),
    streets: list('Atatürk Caddesi No #|İstiklal Caddesi No #|Çiçek Sokak No #'),
    firstNames: list('Ömer|Ayşe|İbrahim|Zeynep|Çağla|Şükrü|Gül|Emre|Işıl|Uğur'),
    lastNames: list('Yılmaz|Kaya|Şahin|Çelik|Öztürk|Aydın|Doğan|Güneş|Kılıç'),
    companyForms: list('* A.Ş.|* Ltd. Şti.|* Holding'),
    dialCode: '+90',
    domain: 'com.tr',
  },
  {
    country: '日本',
    weight: 7,
    cities: list('東京|大阪|横浜|名古屋|札幌|福岡|京都'),
    streets: list('中央区銀座#丁目|北区梅田#丁目|港区六本木#丁目|新宿区西新宿#丁目'),
    firstNames: list('翔太|美咲|健一|陽菜|大輔|さくら|拓也|結衣|直樹|葵'),
    lastNames: list('佐藤|鈴木|高橋|田中|伊藤|渡辺|山本|中村|小林|加藤'),
    companyForms: list('株式会社*|*株式会社|*ホールディングス'),
    familyFirst: true,
    dialCode: '+81',
    domain: 'co.jp',
  },
  {
    country: '中国',
    weight: 5,
    cities: list('上海|北京|深圳|广州|杭州|成都|南京'),
    streets: list('南京西路#号|中山路#号|科技园路#号|人民大道#号'),
    firstNames: list('伟|芳|秀英|敏|静|磊|洋|艳|勇|娜'),
    lastNames: list('王|李|张|刘|陈|杨|赵|黄|周|吴'),
    companyForms: list('*有限公司|*科技有限公司|*集团'),
    familyFirst: true,
    dialCode: '+86',
    domain: 'com.cn',
  },
  {
    country: 'Україна',
    weight: 3,
    cities: list('Київ|Львів|Одеса|Харків|Дніпро'),
    streets: list('вул. Шевченка, #|вул. Хрещатик, #|просп. Перемоги, #'),
    firstNames: list('Олександр|Оксана|Андрій|Наталія|Юрій|Ірина|Тарас|Їлена'),
    lastNames: list('Шевченко|Коваленко|Бондаренко|Ткаченко|Кравчук|Мельник'),
    companyForms: list('ТОВ «*»|ПрАТ «*»|*'),
    dialCode: '+380',
    domain: 'ua',
  },
  {
    country: 'Ελλάδα',
    weight: 2,
    cities: list('Αθήνα|Θεσσαλονίκη|Πάτρα|Ηράκλειο'),
    streets: list('Ερμού #|Πανεπιστημίου #|Τσιμισκή #'),
    firstNames: list('Γιώργος|Ελένη|Νίκος|Σοφία|Δημήτρης|Άννα'),
    lastNames: list('Παπαδόπουλος|Νικολάου|Γεωργίου|Ιωαννίδης|Κωστόπουλος'),
    companyForms: list('* Α.Ε.|* Ε.Π.Ε.'),
    dialCode: '+30',
    domain: 'gr',
  },
  {
    country: 'الإمارات',
    weight: 3,
    cities: list('دبي|أبوظبي|الشارقة'),
    streets: list('شارع الشيخ زايد #|شارع الخليج #'),
    firstNames: list('محمد|فاطمة|أحمد|مريم|خالد|نورة'),
    lastNames: list('الحداد|المنصوري|الشامسي|النجار|الهاشمي'),
    companyForms: list('شركة *|مجموعة *'),
    dialCode: '+971',
    domain: 'ae',
  },
  {
    country: 'Brasil',
    weight: 3,
    cities: list('São Paulo|Rio de Janeiro|Belo Horizonte|Brasília|Florianópolis|Goiânia'),
    streets: list('Avenida Paulista, #|Rua das Flores, #|Rua Sete de Setembro, #'),
    firstNames: list('João|Ana|Thaís|Luís|Conceição|Estêvão|Letícia|Antônio|Beatriz|Caíque'),
    lastNames: list('Silva|Souza|Araújo|Gonçalves|Magalhães|Simões|Assunção|Brandão'),
    companyForms: list('* Ltda.|* S.A.|Grupo *'),
    dialCode: '+55',
    domain: 'com.br',
  },
]
