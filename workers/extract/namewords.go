package extract

import "strings"

// wordSet makes a set of words in lower case.
func wordSet(lists ...string) map[string]bool {
	set := map[string]bool{}
	for _, list := range lists {
		for w := range strings.FieldsSeq(list) {
			set[w] = true
		}
	}
	return set
}

// titles stand right before a person's name.
var titles = wordSet(`
	mr mrs ms miss messrs sir lord lady dame madame mme mlle monsieur herr frau signor señor senor don dr doctor prof professor
	academician gen general generals lieutenant-general colonel-general generalissimo marshal colonel col lieutenant lt major maj captain capt sergeant
	admiral adm commodore commander cdr brigadier commissar ambassador minister envoy chargé charge attaché attache consul counselor counsellor
	premier president chairman deputy secretary senator congressman governor mayor prince princess king queen
	emperor shah sheikh sheik emir sultan count baron duke pandit sardar imam ayatollah mullah cardinal bishop archbishop patriarch pope
	metropolitan father comrade comrades cde cdes com comr tov director editor correspondent engineer adviser advisor interpreter
	courier pilot driver physician judge chancellor speaker citizen
	тов товарищ товарища товарищу товарищем товарищи товарищей товарищам тт т г-н г-на г-ну г-ном гн господин господина господину господином
	госпожа госпожи госпоже г-жа г-жи г-же гр гражданин мистер мистера мистеру д-р доктор доктора доктору профессор профессора профессору
	проф акад академик академика академику ген генерал генерала генералу генералом генерал-майор генерал-майора генерал-майору
	генерал-лейтенант генерал-лейтенанта генерал-лейтенанту генерал-полковник генерал-полковника генерал-полковнику маршал маршала маршалу
	маршалом адмирал адмирала адмиралу адмиралом полковник полковника полковнику полковником подполковник подполковника подполковнику
	майор майора майору майором капитан капитана капитану капитаном лейтенант лейтенанта лейтенанту старшина сержант сержанта рядовой
	граф графа князь князя принц принца принцу король короля королю шах шаха шейх шейха эмир эмира барон сенатор сенатора сенатору
	сенатором мэр мэра мэру губернатор губернатора президент президента президенту президентом премьер премьера премьеру премьером
	кардинал епископ архиепископ патриарх патриарха ректор ректора ректору ректором директор директора директору директором
	редактор редактора редактору корреспондент корреспондента советник советника советнику советником инженер инженера
	переводчик переводчика курьер курьера`)

// offices may have their own words between them and the name: Minister of Public
// Works X, посол Бирмы X, the consul in Y, X.
var offices = wordSet(`
	minister ambassador envoy chargé charge attaché attache consul secretary chairman president premier chief head director commander
	adviser advisor counsellor counselor representative deputy editor governor mayor leader member delegate commissioner undersecretary
	commandant spokesman manager rector correspondent superintendent
	министр министра министру министром посол посла послу послом посланник посланника посланнику посланником поверенный поверенного
	консул консула консулу консулом генконсул генконсула атташе секретарь секретаря секретарю секретарем секретарём председатель
	председателя председателю председателем президент президента президенту президентом премьер премьера премьер-министр
	премьер-министра премьер-министру премьер-министром начальник начальника начальнику начальником командующий командующего
	командующему командир командира командиру заместитель заместителя заместителю заместителем представитель представителя
	представителю представителем директор директора директору директором советник советника советнику мэр мэра мэру губернатор
	ректор ректора корреспондент корреспондента редактор редактора лидер лидера вождь руководитель руководителя руководителю
	член члена глава главы главе депутат депутата делегат делегата уполномоченный уполномоченного управляющий управляющего`)

// portfolios are the words of which an office's field is made.
var portfolios = wordSet(`
	foreign affairs external internal home interior finance finances defense defence war trade commerce public works agriculture
	justice education health industry industries heavy light economy economic economics communications transport transportation
	railways navy naval air aviation army military labour labor information culture supply planning post posts telegraphs
	religious social welfare state court security police political press cultural commercial operations intelligence staff general
	first second third vice permanent under assistant acting deputy chief chargé d'affaires ad interim plenipotentiary extraordinary
	national armed forces fuel power mines forests fisheries housing reconstruction special`)

// plainCapitals are words that have a capital at the beginning of a sentence, in
// titles or by custom, and begin no name.
var plainCapitals = wordSet(`
	the a an this that these those he she it they we i you who whom which what when where why how there here then thus therefore
	however moreover meanwhile although though because since if as at by but for from in into of off on onto or nor not no out over
	per so than till to under until up upon via with within without and yet also both either neither each every all any some such
	same another other others many most much more less few several one two three four five six seven eight nine ten first second
	third fourth fifth last next only just even still already again once now today yesterday tomorrow tonight later soon after
	before during between among about above across against along around behind below beside besides beyond despite down except
	inside outside near past through throughout toward towards according concerning regarding owing following his her hers its our
	ours their theirs my mine your yours him them us me is are was were be been being am has have had having do does did done can
	could may might must shall should will would let please perhaps probably possibly obviously apparently certainly indeed finally
	firstly secondly thirdly unfortunately yes dear esteemed respected sir regards greetings sincerely signed signature note notes
	text page part parts section chapter annex appendix enclosure enclosed attachment copy copies source footnote subject re ref
	reference references comment remark remarks summary title date author recipient addressee contents rights language original
	english russian french german chinese korean persian arabic turkish italian spanish japanese polish czech hungarian romanian
	bulgarian serbian croatian albanian greek hebrew hindi urdu vietnamese mongolian soviet american british indian burmese iranian
	afghan egyptian syrian lebanese israeli pakistani indonesian yugoslav austrian swedish norwegian danish finnish dutch belgian
	swiss canadian australian cuban mexican tibetan african asian european arab jewish islamic moslem muslim christian catholic
	orthodox western eastern northern southern north south east west central communist socialist democratic national international
	federal royal imperial republican people peoples people's party state states government republic ministry embassy department
	committee council commission union army navy force forces fleet corps division regiment brigade battalion staff command office
	telegram telegrams cable letter letters message messages memorandum report reports record records conversation talk talks meeting
	conference agreement treaty pact protocol resolution decision instruction instructions directive order number received sent top
	secret confidential urgent strictly series reply answer question questions point points paragraph item items problem situation
	conversations discussions negotiations information plan plans monday tuesday wednesday thursday friday saturday sunday spring
	summer autumn winter january february march april june july august september october november december christmas easter new
	reproduction forbidden prohibited duty sr jr snr jnr distribution
	god lord moscow-time nos no nr vol believe consider request report suggest recommend understand feel hope regret repeat repeated
	prime foreign minister deputy vice acting assistant chief great good big old young little high marxism leninism
	communists socialists marxist leninist stalinist parliament cabinet senate house court supreme world war peace security general
	assembly congress presidium politburo secretariat bureau delegation mission front zone
		newspapers sources bands troops forces officials circles leaders members workers students officers soldiers peasants tribes papers
	refugees prisoners delegates authorities representatives ministers generals rumours rumors journalists correspondents diplomats
	deputies villagers guerrillas rebels partisans elements observers friends comrades americans germans russians frenchmen englishmen
	poles czechs serbs greeks turks arabs jews chinese koreans democrats government governments
	document documents file files pass confirm acknowledge decipher deliver transmit tell inform report execute telegraph hand convey forward
	я мы вы он она оно они ты это этот эта эти тот та те то кто что где когда как почему зачем какой какая какие который которая которое
	которые там тут здесь так такой такая такие также тоже и а но да или либо не ни же бы ли в во на с со к ко о об обо от до за из изо у по
	под над при про без для через между перед после около вокруг кроме вместо ввиду вследствие согласно относительно насчёт если
	хотя чтобы потому поэтому затем потом теперь сейчас сегодня вчера завтра утром днем днём вечером ночью уже еще ещё только лишь
	даже именно все всё весь вся всех всем сам сама само сами свой своя свое своё свои мой моя мое моё мои наш наша наше наши нашей нашего нашему
	ваш ваша ваше ваши вашей вашего вашему вашу нашу вами нами вас нас вам нам мне меня мной его ее её их ему ей им него нее неё них нему ней ним
	один одна одно два две три четыре пять шесть семь восемь девять десять первый первая первое второй вторая второе третий третья третье
	дополнение дополнении ответе связи течение течении соответствии отношении отмену изменение развитие подтверждение делах очереди
	addition response accordance connection regard view turn amplification continuation supplement confirmation
	дел иностранных внешней внутренних торговли обороны финансов делам делах вооруженных вооружённых сил народных
	последний последняя последнее последние последних прочие другие другой другая остальные всякий каждый
	прошу просим считаю считаем сообщаю сообщаем сообщите передайте докладываю полагаю полагал считал примите приложение примечание
	вопрос вопросы ответ письмо письма телеграмма телеграммы записка записки запись беседа беседы справка доклад донесение нота протокол решение
	постановление договор соглашение совещание конференция переговоры встреча визит прием приём заявление сообщение указание указания
	секретно совершенно строго срочно лично экз экземпляр копия копии серия номер штамп резолюция виза подпись название автор адресат дата
	архив шифр адрес аннотация права источник содержание публикация перевод язык оригинал подлинник машинопись ключевые слова
	январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь января февраля марта апреля мая июня июля августа
	сентября октября ноября декабря понедельник вторник среда четверг пятница суббота воскресенье
	совет совета министерство министерства комитет комитета посольство посольства правительство правительства партия партии штаб штаба
	отдел отдела управление управления союз союза армия армии республика республики парламент парламента политбюро президиум
	объединение объединения комиссия комиссии
	министр министра министру посол посла послу совпосол совпослу посланник посланника председатель секретарь заместитель заместителю
	генеральный генерального верховный верховного главный главного центральный центрального народный народного
	дорогой уважаемый уважаемая многоуважаемый глубокоуважаемый друзья товарищи запросите проверьте телеграфируйте телеграфьте
	шифру шифром исполнено исполнил исполнила дополнение рассылка проливы проливов проливах проливам копирование снятие воспрещается запрещено
	подтвердите исполнение при сем вручите вручить передать сообщить весьма очень`)

// telling are verbs of which persons are the subject.
var telling = wordSet(`
	said says saying told tells asked asks stated states replied replies answered answers added adds remarked noted noticed observed
	declared explained hinted admitted complained promised insisted emphasized emphasised stressed agreed expressed thanked listened
	thinks thought believes believed wants wanted wishes wished hopes hoped feels felt regretted proposed suggested requested begged
	confided confirmed denied mentioned repeated recalled warned invited inquired enquired called visited handed telephoned phoned
	smiled laughed shook nodded spoke speaks wrote writes arrived left returned came comes went flew departed read received
	himself herself personally exaggerates knows knew understood remembered assured reassured recommended objected
	сказал сказала говорил говорила говорит заявил заявила сообщил сообщила сообщает сообщал спросил спросила спрашивал спрашивает ответил ответила
	отвечал добавил добавила рассказал рассказала рассказывает просил просила просит попросил заметил заметила отметил отметила
	подчеркнул подчеркнула указал указала показал показала выразил выразила пояснил объяснил признал признался обещал пообещал
	предложил предложила напомнил намекнул поблагодарил благодарил согласился согласилась возразил думает думал считает считал полагает
	полагал хочет хотел желает надеется жаловался пожаловался настаивал настаивает отрицал подтвердил подтвердила повторил
	приехал приехала прибыл прибыла уехал уехала вернулся вернулась выехал вылетел посетил посетила передал передала вручил вручила
	написал написала писал писала пишет докладывает доложил доложила телеграфировал принял приняла пригласил позвонил зашел зашёл
	высказал высказался интересовался поинтересовался будет обратился обратилась остановился прочитал прочел прочёл`)

// helping stand between a name and what it does.
var helping = wordSet(`has had have is was will would did does also then again himself further orally now still not yet been never recently can could might must should just further too merely
	today yesterday only later already once twice privately confidentially frankly
	также затем потом снова опять ещё еще устно лично мне нам далее дополнительно уже сам доверительно вчера сегодня`)

// toTell are those verbs behind which a person stands.
var toTell = wordSet(`consult consulted tell inform ask see visit met meet told asked informed saw received thank congratulate greet advise invite notify
	посетили посетила сопровождает сопровождал сопровождали встретил встретили видел видели сообщите передайте скажите вручите спросите поблагодарите сообщить передать вручить сказать спросить принял приняли посетил просил
	просите попросите проинформируйте поставьте ознакомьте пригласите поздравьте познакомьте`)

// modal verbs have another verb behind them.
var modal = wordSet("will would can could might must should")

// deeds are what persons do or what is done to them: the arrival of X, приезд X.
var deeds = wordSet(`behalf arrival departure visit dismissal appointment death speech arrest resignation statement opinion words presence
	absence request assassination murder execution views position proposal proposals attitude election
	поездка поездки поездке поездку приезд приезда приезде отъезд отъезда отъезде визит визита назначение назначения речь речи заявление
	заявления предложение предложения мнение мнения мнению слова слов словам имени просьбе поручению смерть смерти арест ареста
	отставка отставки отставку возвращения возвращение избрание присутствии отсутствие`)

// carriers have their names in quotation marks.
var carriers = wordSet(`newspaper newspapers paper magazine journal weekly agency firm company ship steamer cruiser destroyer submarine tanker battleship freighter liner motorship vessel icebreaker trawler
	пароходом пароходе теплохода теплоходом теплоходе кораблем кораблём крейсером эсминцем танкером судно судна судном линкор линкора линкором ледокол ледокола
	газета газеты газете газету газетой журнал журнала журнале агентство агентства фирма фирмы фирме фирмой фирму компания компании
	корабль корабля пароход парохода теплоход крейсер крейсера эсминец эсминца танкер танкера корреспондент корреспондента
	корреспонденту обществу общество общества трест завод завода банк`)

// plurals are titles of several persons.
var plurals = wordSet("тт товарищам товарищи товарищей comrades cdes messrs generals господам господа генералам")

// talking are the words behind which "with X" or "с X" names a person.
var talking = wordSet(`talk talks talked conversation conversations meeting met dined spoke spoken agreed interview discussed discussion
	negotiations consulted lunched acquainted contact negotiation discussions quarrel quarrelled together
	беседа беседе беседы беседу беседой беседовал переговоры переговоров переговорах встреча встрече встречи встречу встретился
	говорил разговор разговора разговоре виделся согласовано согласовал совместно вместе`)

// placeBefore are the words behind which a place stands.
var placePrepositions = wordSet(`in at near into through outside around towards toward off inside throughout
	в во из под близ через подле возле вблизи`)

// placeVerbs take a place as their object.
var placeVerbs = wordSet(`reached reach leaving occupied captured entered bombed bombing liberated capture occupy left attacked
	seized seize evacuate evacuated besieged shelled`)

// motion tells that the "to" or "for" behind it leads to a place.
var motion = wordSet(`go goes going gone went fly flies flying flew flown travel travels travelled traveled leave leaves left leaving arrive
	arrived came come coming return returned returning sail sailed sailing move moved moving transfer transferred send sent sending
	departed departure trip journey flight road roads railway visit transport transported ship shipped evacuated withdrew withdraw
	withdrawn retreat retreated advance advanced way route line march marched drive drove escaped fled delivered delivery bring
	brought transit columns invited close off
	вышли вышел вышла выехал выехала выехали вылетел вылетела вылетели поехал поехала поехали прибыл прибыла прибыли уехал уехала уехали
	направился направилась направились отправился отправлен отправлены отошли отошел отошёл подошли подошел подошёл выход выезд вылет
	подходят отступили отступил двигаются дорога дороги дорогу путь пути приехал приехала приехали поездка поездки поездку`)

// geographic nouns stand before a place's name, those of geographicAfter behind it.
var geographic = wordSet(`city town village port harbour harbor island islands province region district county river lake mount mountain
	mountains cape gulf bay strait straits station airfield airport aerodrome base oasis oblast krai peninsula valley fortress
	suburb settlement state republic municipality area sector zone
	город города городе городу городом г гор порт порта порту портом остров острова острове остров острову о-в о-ва река реки реке реку рекой
	р озеро озера озере оз станция станции станцию ст село села селе деревня деревни деревне деревню провинция провинции провинцию
	район района районе округ округа уезд уезда бухта бухты бухте мыс мыса залив залива заливе пролив пролива проливе перевал перевала
	аэродром аэродрома аэродроме штат штата штате поселок посёлок поселка посёлка крепость крепости местечко местечке гора горы горе
	пункт пункта пункте полуостров полуострова полуострове`)

var geographicAfter = wordSet(`river province county district peninsula island islands lake strait straits gulf bay valley desert airfield
	airport aerodrome oasis railway highway reservoir pass bridge canal region area sector front harbour harbor mountains
	prefecture township station dam`)

// factories behind a name tell that it is theirs, whosever it was.
var factories = wordSet("works plant factory mill mills shipyard shipyards mine mines foundry refinery")

// bearings stand before "of" and a place.
var bearings = wordSet(`side direction vicinity outskirts north south east west north-east north-west south-east south-west northeast northwest southeast
	southwest coast shores frontier capital mayor governor bishop sheriff commandant garrison inhabitants population siege fall capture battle
	liberation occupation evacuation defence defense streets borders border approaches suburbs`)

// compass begins the name of a part of a land: North Celebes.
var compass = wordSet("north south east west northern southern eastern western upper lower central new great little old северный южный")

// particles join the parts of a name without a capital.
var particles = wordSet("de van von der den del della di da du la le bin ibn ben el al ul ud dos фон ван де дер ибн бен эль аль оглы")

// articles stand before a part of an Arabic name, with a hyphen.
var articles = wordSet("al ad ar as an at el ul ud ur us аль ас ад ар эль")

// lastParts end an oriental name.
var lastParts = wordSet("khan pasha bey bek effendi agha aga mirza хан хана хану паша паши бей бея бек бека эфенди ага мирза")
