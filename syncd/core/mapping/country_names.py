"""The countries of ISO 3166-1 with the names people write: English first, then German, French and others.

A table and nothing else: `countries` reads it.
"""
# ruff: noqa: E501

COUNTRY_NAMES = """\
AD AND Andorra|Andorre|Andora
AE ARE United Arab Emirates|Vereinigte Arabische Emirate|Émirats arabes unis|Emiratos Árabes Unidos|Emirati Arabi Uniti|Verenigde Arabische Emiraten|Zjednoczone Emiraty Arabskie
AF AFG Afghanistan|Afganistán|Afganistan
AG ATG Antigua and Barbuda|Antigua & Barbuda|Antigua und Barbuda|Antigua-et-Barbuda|Antigua y Barbuda|Antigua e Barbuda|Antigua en Barbuda|Antigua i Barbuda
AI AIA Anguilla|Anguila
AL ALB Albania|Albanien|Albanie|Albanië
AM ARM Armenia|Armenien|Arménie|Armenië
AO AGO Angola
AQ ATA Antarctica|Antarktis|Antarctique|Antártida|Antartide|Antarktyda
AR ARG Argentina|Argentinien|Argentine|Argentinië|Argentyna
AS ASM American Samoa|Amerikanisch-Samoa|Samoa américaines|Samoa Americana|Samoa Americane|Amerikaans-Samoa|Samoa Amerykańskie
AT AUT Austria|Österreich|Autriche|Oostenrijk|Oesterreich
AU AUS Australia|Australien|Australie|Australië
AW ABW Aruba
AX ALA Åland Islands|Ålandinseln|Îles Åland|Islas Aland|Isole Åland|Åland|Wyspy Alandzkie
AZ AZE Azerbaijan|Aserbaidschan|Azerbaïdjan|Azerbaiyán|Azerbaigian|Azerbeidzjan|Azerbejdżan
BA BIH Bosnia and Herzegovina|Bosnia & Herzegovina|Bosnien und Herzegowina|Bosnie-Herzégovine|Bosnia y Herzegovina|Bosnia ed Erzegovina|Bosnië en Herzegovina|Bośnia i Hercegowina
BB BRB Barbados|Barbade
BD BGD Bangladesh|Bangladesch|Bangladés|Bangladesz
BE BEL Belgium|Belgien|Belgique|Bélgica|Belgio|België|Belgia
BF BFA Burkina Faso
BG BGR Bulgaria|Bulgarien|Bulgarie|Bulgarije|Bułgaria
BH BHR Bahrain|Bahreïn|Baréin|Bahrein|Bahrajn
BI BDI Burundi
BJ BEN Benin|Bénin|Benín
BL BLM St. Barthélemy|Saint-Barthélemy|San Bartolomé|Saint Barthélemy
BM BMU Bermuda|Bermudes|Bermudas|Bermudy
BN BRN Brunei|Brunei Darussalam|Brunéi
BO BOL Bolivia|Bolivien|Bolivie|Boliwia
BQ BES Caribbean Netherlands|Karibische Niederlande|Pays-Bas caribéens|Caribe neerlandés|Caraibi Olandesi|Caribisch Nederland|Niderlandy Karaibskie
BR BRA Brazil|Brasilien|Brésil|Brasil|Brasile|Brazilië|Brazylia
BS BHS Bahamas|Bahama's|Bahamy
BT BTN Bhutan|Bhoutan|Bután
BV BVT Bouvet Island|Bouvetinsel|Île Bouvet|Isla Bouvet|Isola Bouvet|Bouveteiland|Wyspa Bouveta
BW BWA Botswana|Botsuana
BY BLR Belarus|Biélorussie|Bielorrusia|Bielorussia|Białoruś
BZ BLZ Belize|Belice
CA CAN Canada|Kanada|Canadá
CC CCK Cocos (Keeling) Islands|Kokosinseln|Îles Cocos|Islas Cocos|Isole Cocos (Keeling)|Cocoseilanden|Wyspy Kokosowe
CD COD Congo - Kinshasa|Kongo-Kinshasa|Congo-Kinshasa|República Democrática del Congo|Demokratyczna Republika Konga
CF CAF Central African Republic|Zentralafrikanische Republik|République centrafricaine|República Centroafricana|Repubblica Centrafricana|Centraal-Afrikaanse Republiek|Republika Środkowoafrykańska
CG COG Congo - Brazzaville|Kongo-Brazzaville|Congo-Brazzaville|Congo|Kongo
CH CHE Switzerland|Schweiz|Suisse|Suiza|Svizzera|Zwitserland|Szwajcaria
CI CIV Côte d'Ivoire|Costa d'Avorio|Ivoorkust|Ivory Coast
CK COK Cook Islands|Cookinseln|Îles Cook|Islas Cook|Isole Cook|Cookeilanden|Wyspy Cooka
CL CHL Chile|Chili|Cile
CM CMR Cameroon|Kamerun|Cameroun|Camerún|Camerun|Kameroen
CN CHN China|Chine|Cina|Chiny
CO COL Colombia|Kolumbien|Colombie|Kolumbia
CR CRI Costa Rica|Kostaryka
CU CUB Cuba|Kuba
CV CPV Cape Verde|Cabo Verde|Cap-Vert|Capo Verde|Kaapverdië|Republika Zielonego Przylądka
CW CUW Curaçao|Curazao
CX CXR Christmas Island|Weihnachtsinsel|Île Christmas|Isla de Navidad|Isola Christmas|Christmaseiland|Wyspa Bożego Narodzenia
CY CYP Cyprus|Zypern|Chypre|Chipre|Cipro|Cypr
CZ CZE Czechia|Tschechien|Tchéquie|Chequia|Cechia|Tsjechië|Czechy|Czech Republic|Tschechische Republik|République tchèque|Česko|Česká republika
DE DEU Germany|Deutschland|Allemagne|Alemania|Germania|Duitsland|Niemcy|BRD|Federal Republic of Germany
DJ DJI Djibouti|Dschibuti|Yibuti|Gibuti|Dżibuti
DK DNK Denmark|Dänemark|Danemark|Dinamarca|Danimarca|Denemarken|Dania|Danmark
DM DMA Dominica|Dominique|Dominika
DO DOM Dominican Republic|Dominikanische Republik|République dominicaine|República Dominicana|Repubblica Dominicana|Dominicaanse Republiek|Dominikana
DZ DZA Algeria|Algerien|Algérie|Argelia|Algerije|Algieria
EC ECU Ecuador|Équateur|Ekwador
EE EST Estonia|Estland|Estonie
EG EGY Egypt|Ägypten|Égypte|Egipto|Egitto|Egypte|Egipt
EH ESH Western Sahara|Westsahara|Sahara occidental|Sáhara Occidental|Sahara Occidentale|Westelijke Sahara|Sahara Zachodnia
ER ERI Eritrea|Érythrée|Erytrea
ES ESP Spain|Spanien|Espagne|España|Spagna|Spanje|Hiszpania
ET ETH Ethiopia|Äthiopien|Éthiopie|Etiopía|Etiopia|Ethiopië
FI FIN Finland|Finnland|Finlande|Finlandia|Suomi
FJ FJI Fiji|Fidschi|Fidji|Fiyi|Figi|Fidżi
FK FLK Falkland Islands|Falklandinseln|Îles Malouines|Islas Malvinas|Isole Falkland|Falklandeilanden|Falklandy|Falkland Islands (Malvinas)
FM FSM Micronesia|Mikronesien|Micronésie|Mikronezja
FO FRO Faroe Islands|Färöer|Îles Féroé|Islas Feroe|Isole Fær Øer|Faeröer|Wyspy Owcze
FR FRA France|Frankreich|Francia|Frankrijk|Francja
GA GAB Gabon|Gabun|Gabón
GB GBR United Kingdom|Vereinigtes Königreich|Royaume-Uni|Reino Unido|Regno Unito|Verenigd Koninkrijk|Wielka Brytania|Great Britain|Großbritannien|Grossbritannien|England|Grande-Bretagne|Gran Bretaña|UK|U.K.
GD GRD Grenada|Grenade|Granada
GE GEO Georgia|Georgien|Géorgie|Georgië|Gruzja
GF GUF French Guiana|Französisch-Guayana|Guyane française|Guayana Francesa|Guyana Francese|Frans-Guyana|Gujana Francuska
GG GGY Guernsey|Guernesey
GH GHA Ghana
GI GIB Gibraltar|Gibilterra
GL GRL Greenland|Grönland|Groenland|Groenlandia|Grenlandia
GM GMB Gambia|Gambie
GN GIN Guinea|Guinée|Guinee|Gwinea
GP GLP Guadeloupe|Guadalupe|Guadalupa|Gwadelupa
GQ GNQ Equatorial Guinea|Äquatorialguinea|Guinée équatoriale|Guinea Ecuatorial|Guinea Equatoriale|Equatoriaal-Guinea|Gwinea Równikowa
GR GRC Greece|Griechenland|Grèce|Grecia|Griekenland|Grecja|Hellas|EL|Ελλάδα
GS SGS South Georgia and South Sandwich Islands|South Georgia & South Sandwich Islands|Südgeorgien und die Südlichen Sandwichinseln|Géorgie du Sud-et-les Îles Sandwich du Sud|Islas Georgia del Sur y Sandwich del Sur|Georgia del Sud e Sandwich Australi|Zuid-Georgia en Zuidelijke Sandwicheilanden|Georgia Południowa i Sandwich Południowy|South Georgia and the South Sandwich Islands
GT GTM Guatemala|Gwatemala
GU GUM Guam
GW GNB Guinea-Bissau|Guinée-Bissau|Guinea-Bisáu|Guinee-Bissau|Gwinea Bissau
GY GUY Guyana|Gujana
HK HKG Hong Kong|Hong Kong SAR China|Sonderverwaltungsregion Hongkong|R.A.S. chinoise de Hong Kong|RAE de Hong Kong (China)|RAS di Hong Kong|Hongkong SAR van China|SRA Hongkong (Chiny)
HM HMD Heard and McDonald Islands|Heard & McDonald Islands|Heard und McDonaldinseln|Îles Heard-et-MacDonald|Islas Heard y McDonald|Isole Heard e McDonald|Heard en McDonaldeilanden|Wyspy Heard i McDonalda|Heard Island and McDonald Islands
HN HND Honduras
HR HRV Croatia|Kroatien|Croatie|Croacia|Croazia|Kroatië|Chorwacja|Hrvatska
HT HTI Haiti|Haïti|Haití
HU HUN Hungary|Ungarn|Hongrie|Hungría|Ungheria|Hongarije|Węgry|Magyarország
ID IDN Indonesia|Indonesien|Indonésie|Indonesië|Indonezja
IE IRL Ireland|Irland|Irlande|Irlanda|Ierland|Irlandia|Republic of Ireland|Éire
IL ISR Israel|Israël|Israele|Izrael
IM IMN Isle of Man|Île de Man|Isla de Man|Isola di Man|Wyspa Man
IN IND India|Indien|Inde|Indie
IO IOT British Indian Ocean Territory|Britisches Territorium im Indischen Ozean|Territoire britannique de l'océan Indien|Territorio Británico del Océano Índico|Territorio Britannico dell'Oceano Indiano|Brits Indische Oceaanterritorium|Brytyjskie Terytorium Oceanu Indyjskiego
IQ IRQ Iraq|Irak
IR IRN Iran|Irán
IS ISL Iceland|Island|Islande|Islandia|Islanda|IJsland
IT ITA Italy|Italien|Italie|Italia|Italië|Włochy
JE JEY Jersey
JM JAM Jamaica|Jamaika|Jamaïque|Giamaica|Jamajka
JO JOR Jordan|Jordanien|Jordanie|Jordania|Giordania|Jordanië
JP JPN Japan|Japon|Japón|Giappone|Japonia
KE KEN Kenya|Kenia
KG KGZ Kyrgyzstan|Kirgisistan|Kirghizstan|Kirguistán|Kirghizistan|Kirgizië|Kirgistan
KH KHM Cambodia|Kambodscha|Cambodge|Camboya|Cambogia|Cambodja|Kambodża
KI KIR Kiribati
KM COM Comoros|Komoren|Comores|Comoras|Comore|Comoren|Komory
KN KNA St. Kitts and Nevis|St. Kitts & Nevis|St. Kitts und Nevis|Saint-Christophe-et-Niévès|San Cristóbal y Nieves|Saint Kitts e Nevis|Saint Kitts en Nevis|Saint Kitts i Nevis|Saint Kitts and Nevis
KP PRK North Korea|Nordkorea|Corée du Nord|Corea del Norte|Corea del Nord|Noord-Korea|Korea Północna
KR KOR South Korea|Südkorea|Corée du Sud|Corea del Sur|Corea del Sud|Zuid-Korea|Korea Południowa|Korea
KW KWT Kuwait|Koweït|Koeweit|Kuwejt
KY CYM Cayman Islands|Kaimaninseln|Îles Caïmans|Islas Caimán|Isole Cayman|Kaaimaneilanden|Kajmany
KZ KAZ Kazakhstan|Kasachstan|Kazajistán|Kazakistan|Kazachstan
LA LAO Laos|Lao People's Democratic Republic
LB LBN Lebanon|Libanon|Liban|Líbano|Libano
LC LCA St. Lucia|Sainte-Lucie|Santa Lucía|Saint Lucia
LI LIE Liechtenstein
LK LKA Sri Lanka
LR LBR Liberia
LS LSO Lesotho|Lesoto
LT LTU Lithuania|Litauen|Lituanie|Lituania|Litouwen|Litwa
LU LUX Luxembourg|Luxemburg|Luxemburgo|Lussemburgo|Luksemburg
LV LVA Latvia|Lettland|Lettonie|Letonia|Lettonia|Letland|Łotwa
LY LBY Libya|Libyen|Libye|Libia|Libië
MA MAR Morocco|Marokko|Maroc|Marruecos|Marocco|Maroko
MC MCO Monaco|Mónaco|Monako
MD MDA Moldova|Republik Moldau|Moldavie|Moldavia|Moldavië|Mołdawia
ME MNE Montenegro|Monténégro|Czarnogóra
MF MAF St. Martin|Saint-Martin|San Martín|Saint Martin|Saint Martin (French part)
MG MDG Madagascar|Madagaskar
MH MHL Marshall Islands|Marshallinseln|Îles Marshall|Islas Marshall|Isole Marshall|Marshalleilanden|Wyspy Marshalla
MK MKD North Macedonia|Nordmazedonien|Macédoine du Nord|Macedonia del Norte|Macedonia del Nord|Noord-Macedonië|Macedonia Północna|Macedonia
ML MLI Mali
MM MMR Myanmar (Burma)|Myanmar|Myanmar (Birmanie)|Myanmar (Birmania)|Myanmar (Birma)|Mjanma (Birma)
MN MNG Mongolia|Mongolei|Mongolie|Mongolië
MO MAC Macao|Macao SAR China|Sonderverwaltungsregion Macau|R.A.S. chinoise de Macao|RAE de Macao (China)|RAS di Macao|Macau SAR van China|SRA Makau (Chiny)
MP MNP Northern Mariana Islands|Nördliche Marianen|Îles Mariannes du Nord|Islas Marianas del Norte|Isole Marianne Settentrionali|Noordelijke Marianen|Mariany Północne
MQ MTQ Martinique|Martinica|Martynika
MR MRT Mauritania|Mauretanien|Mauritanie|Mauritanië|Mauretania
MS MSR Montserrat
MT MLT Malta|Malte
MU MUS Mauritius|Maurice|Mauricio
MV MDV Maldives|Malediven|Maldivas|Maldive|Maldiven|Malediwy
MW MWI Malawi|Malaui
MX MEX Mexico|Mexiko|Mexique|México|Messico|Meksyk
MY MYS Malaysia|Malaisie|Malasia|Maleisië|Malezja
MZ MOZ Mozambique|Mosambik|Mozambico|Mozambik
NA NAM Namibia|Namibie|Namibië
NC NCL New Caledonia|Neukaledonien|Nouvelle-Calédonie|Nueva Caledonia|Nuova Caledonia|Nieuw-Caledonië|Nowa Kaledonia
NE NER Niger|Níger
NF NFK Norfolk Island|Norfolkinsel|Île Norfolk|Isla Norfolk|Isola Norfolk|Norfolk
NG NGA Nigeria
NI NIC Nicaragua|Nikaragua
NL NLD Netherlands|Niederlande|Pays-Bas|Países Bajos|Paesi Bassi|Nederland|Holandia|Holland|The Netherlands|Hollande
NO NOR Norway|Norwegen|Norvège|Noruega|Norvegia|Noorwegen|Norwegia|Norge
NP NPL Nepal|Népal
NR NRU Nauru
NU NIU Niue
NZ NZL New Zealand|Neuseeland|Nouvelle-Zélande|Nueva Zelanda|Nuova Zelanda|Nieuw-Zeeland|Nowa Zelandia
OM OMN Oman|Omán
PA PAN Panama|Panamá
PE PER Peru|Pérou|Perú|Perù
PF PYF French Polynesia|Französisch-Polynesien|Polynésie française|Polinesia Francesa|Polinesia Francese|Frans-Polynesië|Polinezja Francuska
PG PNG Papua New Guinea|Papua-Neuguinea|Papouasie-Nouvelle-Guinée|Papúa Nueva Guinea|Papua Nuova Guinea|Papoea-Nieuw-Guinea|Papua-Nowa Gwinea
PH PHL Philippines|Philippinen|Filipinas|Filippine|Filipijnen|Filipiny
PK PAK Pakistan|Pakistán
PL POL Poland|Polen|Pologne|Polonia|Polska
PM SPM St. Pierre and Miquelon|St. Pierre & Miquelon|St. Pierre und Miquelon|Saint-Pierre-et-Miquelon|San Pedro y Miquelón|Saint-Pierre e Miquelon|Saint-Pierre en Miquelon|Saint-Pierre i Miquelon|Saint Pierre and Miquelon
PN PCN Pitcairn Islands|Pitcairninseln|Îles Pitcairn|Islas Pitcairn|Isole Pitcairn|Pitcairneilanden|Pitcairn
PR PRI Puerto Rico|Porto Rico|Portorico|Portoryko
PS PSE Palestinian Territories|Palästinensische Autonomiegebiete|Territoires palestiniens|Territorios Palestinos|Territori Palestinesi|Palestijnse gebieden|Terytoria Palestyńskie
PT PRT Portugal|Portogallo|Portugalia
PW PLW Palau|Palaos
PY PRY Paraguay|Paragwaj
QA QAT Qatar|Katar|Catar
RE REU Réunion|La Réunion|Reunión|Riunione|Reunion
RO ROU Romania|Rumänien|Roumanie|Rumanía|Roemenië|Rumunia
RS SRB Serbia|Serbien|Serbie|Servië
RU RUS Russia|Russland|Russie|Rusia|Rusland|Rosja|Russian Federation
RW RWA Rwanda|Ruanda
SA SAU Saudi Arabia|Saudi-Arabien|Arabie saoudite|Arabia Saudí|Arabia Saudita|Saoedi-Arabië|Arabia Saudyjska
SB SLB Solomon Islands|Salomonen|Îles Salomon|Islas Salomón|Isole Salomone|Salomonseilanden|Wyspy Salomona
SC SYC Seychelles|Seychellen|Seszele
SD SDN Sudan|Soudan|Sudán|Soedan
SE SWE Sweden|Schweden|Suède|Suecia|Svezia|Zweden|Szwecja|Sverige
SG SGP Singapore|Singapur|Singapour
SH SHN St. Helena|Sainte-Hélène|Santa Elena|Sant'Elena|Sint-Helena|Wyspa Świętej Heleny
SI SVN Slovenia|Slowenien|Slovénie|Eslovenia|Slovenië|Słowenia
SJ SJM Svalbard and Jan Mayen|Svalbard & Jan Mayen|Spitzbergen und Jan Mayen|Svalbard et Jan Mayen|Svalbard y Jan Mayen|Svalbard e Jan Mayen|Spitsbergen en Jan Mayen|Svalbard i Jan Mayen
SK SVK Slovakia|Slowakei|Slovaquie|Eslovaquia|Slovacchia|Slowakije|Słowacja|Slovak Republic
SL SLE Sierra Leone|Sierra Leona
SM SMR San Marino|Saint-Marin
SN SEN Senegal|Sénégal
SO SOM Somalia|Somalie|Somalië
SR SUR Suriname|Surinam
SS SSD South Sudan|Südsudan|Soudan du Sud|Sudán del Sur|Sud Sudan|Zuid-Soedan|Sudan Południowy
ST STP São Tomé and Príncipe|São Tomé & Príncipe|São Tomé und Príncipe|Sao Tomé-et-Principe|Santo Tomé y Príncipe|São Tomé e Príncipe|Sao Tomé en Principe|Wyspy Świętego Tomasza i Książęca|Sao Tome and Principe
SV SLV El Salvador|Salvador|Salwador
SX SXM Sint Maarten|Saint-Martin (partie néerlandaise)|Sint-Maarten|Sint Maarten (Dutch part)
SY SYR Syria|Syrien|Syrie|Siria|Syrië|Syrian Arab Republic
SZ SWZ Eswatini|Esuatini
TC TCA Turks and Caicos Islands|Turks & Caicos Islands|Turks- und Caicosinseln|Îles Turques-et-Caïques|Islas Turcas y Caicos|Isole Turks e Caicos|Turks- en Caicoseilanden|Turks i Caicos
TD TCD Chad|Tschad|Tchad|Ciad|Tsjaad|Czad
TF ATF French Southern Territories|Französische Süd- und Antarktisgebiete|Terres australes françaises|Territorios Australes Franceses|Terre Australi Francesi|Franse Gebieden in de zuidelijke Indische Oceaan|Francuskie Terytoria Południowe i Antarktyczne
TG TGO Togo
TH THA Thailand|Thaïlande|Tailandia|Thailandia|Tajlandia
TJ TJK Tajikistan|Tadschikistan|Tadjikistan|Tayikistán|Tagikistan|Tadzjikistan|Tadżykistan
TK TKL Tokelau
TL TLS Timor-Leste|Timor oriental|Timor Est|Oost-Timor|Timor Wschodni
TM TKM Turkmenistan|Turkménistan|Turkmenistán
TN TUN Tunisia|Tunesien|Tunisie|Túnez|Tunesië|Tunezja
TO TON Tonga
TR TUR Türkiye|Türkei|Turquie|Turquía|Turchia|Turkije|Turcja|Turkey
TT TTO Trinidad and Tobago|Trinidad & Tobago|Trinidad und Tobago|Trinité-et-Tobago|Trinidad y Tobago|Trinidad e Tobago|Trinidad en Tobago|Trynidad i Tobago
TV TUV Tuvalu
TW TWN Taiwan|Taïwan|Taiwán|Tajwan
TZ TZA Tanzania|Tansania|Tanzanie
UA UKR Ukraine|Ucrania|Ucraina|Oekraïne|Ukraina
UG UGA Uganda|Ouganda|Oeganda
UM UMI U.S. Outlying Islands|Amerikanische Überseeinseln|Îles mineures éloignées des États-Unis|Islas menores alejadas de EE. UU.|Isole Minori Esterne degli Stati Uniti|Kleine afgelegen eilanden van de Verenigde Staten|Dalekie Wyspy Mniejsze Stanów Zjednoczonych|United States Minor Outlying Islands
US USA United States|Vereinigte Staaten|États-Unis|Estados Unidos|Stati Uniti|Verenigde Staten|Stany Zjednoczone|United States of America|Vereinigte Staaten von Amerika|U.S.A.|U.S.|Etats-Unis|Estados Unidos de América
UY URY Uruguay|Urugwaj
UZ UZB Uzbekistan|Usbekistan|Ouzbékistan|Uzbekistán|Oezbekistan
VA VAT Vatican City|Vatikanstadt|État de la Cité du Vatican|Ciudad del Vaticano|Città del Vaticano|Vaticaanstad|Watykan|Holy See (Vatican City State)
VC VCT St. Vincent and Grenadines|St. Vincent & Grenadines|St. Vincent und die Grenadinen|Saint-Vincent-et-les Grenadines|San Vicente y las Granadinas|Saint Vincent e Grenadine|Saint Vincent en de Grenadines|Saint Vincent i Grenadyny|Saint Vincent and the Grenadines
VE VEN Venezuela|Wenezuela
VG VGB British Virgin Islands|Britische Jungferninseln|Îles Vierges britanniques|Islas Vírgenes Británicas|Isole Vergini Britanniche|Britse Maagdeneilanden|Brytyjskie Wyspy Dziewicze
VI VIR U.S. Virgin Islands|Amerikanische Jungferninseln|Îles Vierges des États-Unis|Islas Vírgenes de EE. UU.|Isole Vergini Americane|Amerikaanse Maagdeneilanden|Wyspy Dziewicze Stanów Zjednoczonych
VN VNM Vietnam|Viêt Nam|Wietnam|Viet Nam
VU VUT Vanuatu
WF WLF Wallis and Futuna|Wallis & Futuna|Wallis und Futuna|Wallis-et-Futuna|Wallis y Futuna|Wallis e Futuna|Wallis en Futuna|Wallis i Futuna
WS WSM Samoa
YE YEM Yemen|Jemen|Yémen
YT MYT Mayotte|Majotta
ZA ZAF South Africa|Südafrika|Afrique du Sud|Sudáfrica|Sudafrica|Zuid-Afrika|Republika Południowej Afryki
ZM ZMB Zambia|Sambia|Zambie
ZW ZWE Zimbabwe|Simbabwe|Zimbabue
"""
