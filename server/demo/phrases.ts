/** Words that demo rows are built from. */
const list = (words: string): readonly string[] => words.split('|')

export const COINED = list(
  'Aldebaran|Amberly|Apexa|Arcton|Argent|Ashgrove|Astera|Avenor|Azimut|Baltika|Beacon|Birch|Bluefin|Borealis|Brightwell|Calderon|Candela|Cascade|Castell|Cedar|Celero|Cirrus|Clearwater|Cobalt|Copperfield|Corvus|Crestline|Crystal|Dahlia|Delphi|Dunmore|Eastgate|Echelon|Elderflower|Ember|Equinox|Everfield|Fairmont|Falcon|Fjord|Flint|Foxglove|Gallant|Garnet|Glacier|Granit|Greenway|Halcyon|Harbor|Hawthorn|Helios|Heron|Hexa|Highland|Horizon|Indigo|Ironwood|Isar|Jade|Juniper|Kestrel|Keystone|Kinetic|Lantern|Larkspur|Laurel|Lumen|Lyra|Magnolia|Marlow|Meridian|Mistral|Monarch|Nautilus|Nimbus|Noble|Nordlys|Northstar|Novalis|Oakmont|Obsidian|Octave|Olympus|Onyx|Orchid|Orion|Osprey|Pacific|Palisade|Paragon|Peregrine|Pinecrest|Pioneer|Polaris|Prisma|Quantum|Quarry|Quill|Radian|Raven|Redwood|Ridgeway|Riverbend|Sable|Saffron|Sapphire|Sequoia|Silverline|Solstice|Sparrow|Sterling|Stonebridge|Summit|Sycamore|Tamarack|Tangent|Terra|Thistle|Tidewater|Topaz|Trident|Umbra|Unity|Valor|Vantage|Vector|Verdant|Vertex|Vireo|Vista|Wavecrest|Westbrook|Whitecap|Wildwood|Willow|Xenon|Yarrow|Zenit|Zephyr',
)
export const COINED_LOCAL: Readonly<Record<string, readonly string[]>> = {
  日本: list('青空|大和|富士見|みらい|桜井|北星|光洋|三陽|東雲|瑞穂|日の出|銀河'),
  中国: list('华星|东方|金海|天宇|恒达|绿源|博远|新科|长风|明德|瑞安|启航'),
  Україна: list('Обрій|Зоря|Дніпро|Калина|Промінь|Світанок|Криниця|Вектор'),
  Ελλάδα: list('Αίολος|Ήλιος|Όλυμπος|Πήγασος|Αργώ|Θάλασσα|Ερμής'),
  الإمارات: list('النخيل|الواحة|الأفق|اللؤلؤ|الصحراء|المدار'),
}
export const LOCAL_TRADES: Readonly<Record<string, readonly string[]>> = {
  日本: list('|商事|工業|電機|食品|建設|製薬|物流|精密|化学'),
  中国: list('|电子|贸易|物流|食品|建材|医药|能源|纺织|软件'),
  Україна: list('|Логістик|Агро|Буд|Енерго|Трейд|Софт|Пак'),
  Ελλάδα: list('|Ναυτιλία|Τρόφιμα|Ενέργεια|Τεχνική|Τουρισμός|Μεταφορές'),
  الإمارات: list('|للتجارة|للطاقة|للمقاولات|للتقنية|للاستثمار|للشحن'),
}
export const TRADES = list(
  'Analytics|Robotics|Logistics|Foods|Textiles|Energy|Software|Therapeutics|Capital|Ventures|Partners|Media|Optics|Marine|Mobility|Systems|Labs|Materials|Packaging|Tools|Aerospace|Farms|Diagnostics|Studios|Networks|Engineering|Pharma|Timber|Brewing|Instruments|Consulting|Insurance|Shipping|Ceramics|Semiconductors|Hotels|Education|Water|Batteries|Design',
)
export const INVESTOR_TRADES = list(
  'Capital|Ventures|Partners|Growth|Equity|Investments|Seed Fund|Family Office|Asset Management',
)

export const NEXT_ACTIONS = list(
  'Call back|Send the proposal|Book a demo|Follow up on pricing|Send references|Review the contract|Introduce the team|Check in after the holidays|Ask for the security questionnaire|Prepare the renewal|Share the deck|Confirm the meeting|Collect feedback from the pilot|Clarify the budget|Send minutes|Reach out to the new CFO',
)
export const OPPORTUNITIES = list(
  'Looking for a replacement for three separate tools; wants one contract and one invoice.|Pilot with two teams went well. Rollout depends on the budget for next year.|Strong interest after the trade fair; asked for references in the same industry.|Expansion to a second site is planned; procurement will run a short tender.|Interested in a long-term partnership, first step is a joint workshop.|Currently under contract with a competitor until the end of the year.|Wants offline access for the field team above all.|Raised a new round recently; decision maker changed since.|Renewal is due; usage has doubled since last year.|Needs an answer on data residency before anything else.',
)
export const JOB_TITLES = list(
  'CEO|CFO|COO|CTO|Head of Sales|Head of Procurement|Managing Director|Founder|Partner|Principal|Operations Manager|IT Manager|Purchasing Agent|Office Manager|Marketing Director|Product Manager|Investment Manager|Legal Counsel|VP Finance|Account Manager',
)
export const TASK_TITLES = list(
  'Send the updated offer|Call about the open invoice|Prepare slides for the board|Check the contract terms|Send a calendar invitation|Collect the signed NDA|Update the forecast|Write a short summary|Ask for a reference customer|Arrange travel|Enter the meeting notes|Answer the security questions|Find the right contact|Book a room|Send the brochure|Plan the kick-off',
)
export const MEETING_SUBJECTS = list(
  'Introduction|Product demo|Quarterly review|Contract negotiation|Kick-off|Site visit|Lunch|Status call|Board presentation|Pilot review|Pricing discussion|Technical deep dive',
)
export const MEETING_PLACES = list(
  'Video call|Phone|Their office|Our office|Café Central|Conference room 2|Trade fair, hall 7|Hotel lobby',
)
export const NOTE_BODIES = list(
  'Spoke with % today. Positive overall, wants numbers by the end of the week.|% asked to move the start to next month.|Left a message for %, will try again on Thursday.|% mentioned a competitor’s offer that is about 10 % lower.|Met % at the fair; very knowledgeable about our product.|% will introduce us to the new head of purchasing.|Budget approved according to %. Waiting for the order.|Short call with %: no news, check again in two weeks.|% is on leave until the 15th; deputy is informed.|Sent the documents to %, confirmed as received.',
)
