"""What `--help` says, in Japanese: by the English that stands in the commands, and by what Typer adds to it."""

from collections.abc import Mapping

TITLES = {
    "ARGUMENTS_PANEL_TITLE": "引数",
    "OPTIONS_PANEL_TITLE": "オプション",
    "COMMANDS_PANEL_TITLE": "コマンド",
    "DEFAULT_STRING": "[既定: {}]",
    "ENVVAR_STRING": "[環境変数: {}]",
    "REQUIRED_LONG_STRING": "[必須]",
}
"""By the name that it has in typer.rich_utils."""

SITE = {
    "Genba runs one warehouse site.": "Genba は 1 つの倉庫拠点を動かします。",
    "Show this message and exit.": "この説明を表示して終わります。",
    "Install completion for the current shell.": "今のシェルに補完を組み込みます。",
    "Show completion for the current shell, to copy it or customize the installation.": (
        "今のシェルの補完を表示します。写したり、組み込み方を変えたりできます。"
    ),
    "The site file.": "サイトファイル。",
    "Folder of the database.": "データベースのフォルダー。",
    "PostgreSQL address instead of SQLite in the folder.": "フォルダーの SQLite の代わりに使う PostgreSQL のアドレス。",
    "Where the running edge listens, if it runs.": "動いているエッジのアドレス（動いている場合）。",
    "Run a site.": "拠点を動かします。",
    "Run a site until SIGTERM or Ctrl-C.": "SIGTERM か Ctrl-C まで拠点を動かします。",
    "File of secrets, `name: value`, mode 0600.": "秘密ファイル（`name: value`、モード 0600）。",
    "Address and port of the web.": "画面と API のアドレスとポート。",
    "How log lines look.": "ログの行の形。",
    "Find mistakes in a site file.": "サイトファイルの誤りを探します。",
    "Find mistakes in a site file: keys, names, and ways that lead nowhere.": (
        "サイトファイルの誤り（キー、名前、行き先のない道）を探します。"
    ),
    "Language of what is found; without it that of LC_ALL, LC_MESSAGES or LANG.": (
        "見つかったことを伝える言語。なければ LC_ALL、LC_MESSAGES、LANG の言語。"
    ),
    "Print the JSON schema of site files instead.": "代わりにサイトファイルの JSON スキーマを表示します。",
    "Draw a first site file.": "最初のサイトファイルを作ります。",
    "Draw a site: parallel aisles between two one-way cross aisles, stations along the front.": (
        "拠点を描きます。一方通行の 2 本の横通路の間に通路が並び、手前にステーションが並びます。"
    ),
    "The file to write.": "書き込むファイル。",
    "The site's id.": "拠点の ID。",
    "Its name in Japanese.": "日本語の名前。",
    "Its name in English.": "英語の名前。",
    "Zones side by side.": "横に並ぶゾーンの数。",
    "Aisles in each zone.": "ゾーンごとの通路の数。",
    "Bays along each side of an aisle.": "通路の片側の間口の数。",
    "Shelf levels.": "棚の段数。",
    "Robots.": "ロボットの台数。",
    "Packing stations.": "梱包ステーションの数。",
    "Chargers.": "充電器の数。",
    "Stations where robots take totes.": "ロボットがトートを受け取るステーションの数。",
    "Totes.": "トートの数。",
    "Pickers in each zone.": "ゾーンごとのピッカーの人数。",
    "Replace the file if it is there.": "ファイルがあれば置き換えます。",
    "Copy a running site's database.": "動いている拠点のデータベースを写します。",
    "Copy the database of a site, running or not, and check the copy.": (
        "拠点のデータベースを写し（動いていてもよい）、写しを確かめます。"
    ),
    "The file to make, or a folder: then the name says site and time.": (
        "作るファイル。フォルダーなら、名前に拠点と時刻が入ります。"
    ),
    "Put a backup back in place.": "バックアップを元に戻します。",
    "Put a backup back in place of the present database. The edge must be stopped; the present file is kept.": (
        "今のデータベースの代わりにバックアップを戻します。エッジを止めておくこと。今のファイルは残します。"
    ),
    "The backup to put back.": "戻すバックアップ。",
    "Roadmaps from and for robot makers' layout files.": (
        "ロボットメーカーのレイアウトファイルとの間で経路図をやり取りします。"
    ),
    "Roadmaps in LIF, the layout interchange format (VDMA).": "レイアウト交換形式 LIF（VDMA）の経路図。",
    "Print the roadmap of a LIF file as a part of a site file; what was left out is told beside it.": (
        "LIF ファイルの経路図をサイトファイルの一部として表示します。省いたものは別に伝えます。"
    ),
    "The LIF file.": "LIF ファイル。",
    "Which layout, if the file has several.": "ファイルにレイアウトがいくつもある場合、どのレイアウトか。",
    "Which vehicle type, if the file has several.": "ファイルに車両の型がいくつもある場合、どの型か。",
    "Write a site's roadmap and stations as LIF 1.0.": "拠点の経路図とステーションを LIF 1.0 で書き出します。",
    "The LIF file to write.": "書き込む LIF ファイル。",
    "What each robot used by day, for the lessor's bill.": "各ロボットの日ごとの使用実績（レンタル料の請求用）。",
    "Show or export what each robot used by day: hours, missions, metres, energy.": (
        "各ロボットの日ごとの使用実績（時間、作業、距離、電力量）を表示するか書き出します。"
    ),
    "The first day, in the site's time zone.": "最初の日（拠点の時間帯）。",
    "The last day, itself included.": "最後の日（その日を含む）。",
    "Only this robot.": "このロボットだけ。",
    "Write the days to this file as CSV.": "日ごとの行をこのファイルに CSV で書きます。",
    "Write a line for each machine to this file as CSV.": "機体ごとに 1 行をこのファイルに CSV で書きます。",
    "Write days and totals to this file as JSON.": "日ごとの値と合計をこのファイルに JSON で書きます。",
    "What happened as EPCIS 2.0 events, and checks of such.": "起きたことを EPCIS 2.0 のイベントで。その検査も。",
    "What happened, in the words of GS1's EPCIS 2.0.": "起きたことを GS1 の EPCIS 2.0 の言葉で。",
    "Find what the official schema lets pass: offsets, words, identifiers, lists, quantities.": (
        "公式スキーマでは見つからない誤り（時差、語、識別子、一覧、数量）を探します。"
    ),
    "An EPCISDocument or EPCISQueryDocument in JSON.": "JSON の EPCISDocument か EPCISQueryDocument。",
    "Write the events of some days as an EPCISDocument.": "数日分のイベントを EPCISDocument で書き出します。",
}

PEOPLE = {
    "People: badges, PINs, sessions, blocks.": "働く人: バッジ、PIN、ログイン、利用停止。",
    "People: badges, PINs, locks, sessions, blocks.": "働く人: バッジ、PIN、ロック、ログイン、利用停止。",
    "Show everybody, their roles and whether they can log in.": "全員と、その役割と、ログインできるかを表示します。",
    "Give a person a badge.": "バッジを渡します。",
    "The person's id in the site file.": "サイトファイルにある人の ID。",
    "What the badge's barcode says; scan it here.": "バッジのバーコードの内容。ここでスキャンします。",
    "Give a person a PIN; asks for it, or makes one.": "PIN を決めます。入力を求めるか、自動で作ります。",
    "Make a PIN and print it once.": "PIN を作り、1 回だけ表示します。",
    "Let a person who mistyped too often try again.": "何度も間違えた人が、また入力できるようにします。",
    "Keep a person out from now on; their sessions end at once.": "今から利用を止めます。ログインもすぐに切れます。",
    "Let a blocked person in again.": "利用を止めた人を、また入れるようにします。",
    "Log a person out everywhere; work in hand goes to others.": (
        "すべての端末からログアウトさせます。手元の作業は他の人に移ります。"
    ),
    "Show who is logged in, where and until when.": "誰がどこでいつまでログインしているかを表示します。",
    "API keys of machines.": "機械の API キー。",
    "Make a key and print it once.": "キーを作り、1 回だけ表示します。",
    "Its name: small letters, digits, hyphens.": "名前（英小文字、数字、ハイフン）。",
    "What it may do.": "できること。",
    "Show all keys, never their text.": "すべてのキーを表示します（キーの文字列は出しません）。",
    "Keep a machine out from now on.": "今から機械の利用を止めます。",
    "Its name.": "名前。",
    "The fleet's places: who has one, who wants one.": "ロボットの枠: どの機体が使い、どの機体が待っているか。",
    "Show the places, and the machines on the broker that want in.": (
        "枠と、ブローカーにいて入りたがっている機体を表示します。"
    ),
    "Take a machine that is heard on the broker into service at a vacant place.": (
        "ブローカーに現れた機体を、空いている枠で使い始めます。"
    ),
    "The robot's id in the site file.": "サイトファイルにあるロボットの ID。",
    "As in the machine's topics.": "機体のトピックにあるとおりに。",
    "Make a place vacant: its machine goes back, or is swapped.": "枠を空けます。機体を返すか、入れ替えます。",
    "You have seen that it no longer stands on the floor.": "フロアにもういないことを、目で確かめました。",
    "Have every robot stop where it is. This is no emergency stop: it goes by radio.": (
        "全ロボットをその場で止めます。無線で伝えるので、非常停止ではありません。"
    ),
    "Let the robots drive on after stop-all.": "stop-all のあと、ロボットをまた走らせます。",
    "Have every robot leave the ways free and go home; tours are kept.": (
        "全ロボットに道を空けさせ、待機場所へ帰します。巡回は残ります。"
    ),
    "Let the robots go on with their tours after call-home.": "call-home のあと、ロボットに巡回を続けさせます。",
}

DEVICES = {
    "Show live what one device says.": "1 つの機器が送る内容を、届くそばから表示します。",
    "Show live what one device says, while the edge is stopped; nothing is written but what --set names.": (
        "エッジが止まっている間に、1 つの機器が送る内容を表示します。--set で指定したもの以外は何も書き込みません。"
    ),
    "Id of a device in it.": "その中の機器の ID。",
    "File of secrets, for readers that ask for a password.": ("秘密ファイル。パスワードを求めるリーダーに使います。"),
    "End after so many seconds.": "この秒数で終わります。",
    "Hold an output of a Modbus unit; at the end it is left safe.": (
        "Modbus 機器の出力をこの値に保ちます。終わるときは安全な値に戻します。"
    ),
    "Language of the lines; without it that of LC_ALL, LC_MESSAGES or LANG.": (
        "行の言語。なければ LC_ALL、LC_MESSAGES、LANG の言語。"
    ),
    "Draw a label template with sample data.": "ラベルのひな形を見本のデータで描きます。",
    "Draw a label template with sample data, or print the built-in one to begin from.": (
        "ラベルのひな形を見本のデータで描くか、元にできる内蔵のひな形を表示します。"
    ),
    "Id of the template; without it the first.": "ひな形の ID。なければ最初のもの。",
    "Draw the label to this file.": "ラベルをこのファイルに描きます。",
    "Write what a printer is sent to this file.": "プリンターに送る内容をこのファイルに書きます。",
    "Print head: 203, 300 or 600; without it the site's first.": (
        "印字ヘッド: 203、300、600。なければ拠点の最初のもの。"
    ),
    "Print the built-in template instead.": "代わりに内蔵のひな形を表示します。",
    "Say what a scanned code means.": "スキャンしたコードの意味を伝えます。",
    "Say what a scanned code means, and what a tag says field by field.": (
        "スキャンしたコードの意味と、タグの中身を項目ごとに伝えます。"
    ),
    "What the scanner or the tag reader sent, an EPC URI or a Digital Link.": (
        "スキャナーやタグリーダーが送った内容、EPC URI、または Digital Link。"
    ),
    "A site file, for the codes of its own that it names.": "サイトファイル。そこにある拠点独自のコードも読みます。",
}

DEMO = {
    "See a whole site at work, without any set-up.": "準備なしで、働いている拠点をまるごと見ます。",
    "See a whole site at work: zero set-up, everything on this machine, nothing left behind.": (
        "働いている拠点をまるごと見ます。準備はいらず、すべてこのマシンで動き、あとに何も残りません。"
    ),
    "Stop ordering after so many.": "この件数で注文を止めます。",
    "End when all orders ended, and judge.": "すべての注文が終わったら終了し、結果を判定します。",
    "Open the console in a browser.": "コンソールをブラウザーで開きます。",
    "How many times faster than life it goes; default 4, or 10 with --until-done.": (
        "現実の何倍の速さで進むか。既定は 4、--until-done では 10。"
    ),
    "Orders an hour; default 120 times the pace.": "1 時間の注文数。既定は速さの 120 倍。",
    "Seed of goods, orders and chance.": "商品、注文、偶然のシード。",
    "The site to play.": "演じる拠点。",
    "Work in this new folder and keep it.": "この新しいフォルダーで動かし、あとに残します。",
    "Address and port of the edge; default a free one here.": (
        "エッジのアドレスとポート。既定はこのマシンの空きポート。"
    ),
    "Tell an EPCIS 2.0 repository too.": "EPCIS 2.0 リポジトリにも伝えます。",
    "With --until-done: seconds until giving up.": "--until-done のとき: あきらめるまでの秒数。",
}

SIMULATORS = {
    "Simulated robots, readers, PLCs, people and a WMS on real ports.": (
        "実際のポートで動く模擬のロボット、リーダー、PLC、人、WMS。"
    ),
    "The other end of every protocol.": "それぞれのプロトコルの相手役。",
    "Where to listen.": "待ち受ける場所。",
    "Address to listen at.": "待ち受けるアドレス。",
    "Port to listen at.": "待ち受けるポート。",
    "Seed of all chance.": "すべての偶然のシード。",
    "Robots at a real broker.": "実際のブローカーにつながるロボット。",
    "Play robots; user and password of the broker come from GENBA_SIM_USER and GENBA_SIM_PASSWORD.": (
        "ロボットを演じます。ブローカーのユーザーとパスワードは GENBA_SIM_USER と GENBA_SIM_PASSWORD から取ります。"
    ),
    "Address of the MQTT broker.": "MQTT ブローカーのアドレス。",
    "Site file whose robots to play.": "演じるロボットが書かれたサイトファイル。",
    "Only this machine, at the home of a place of the site file: R5=Maker/X9. Again for more.": (
        "この機体だけを、サイトファイルの枠の待機場所で演じます（R5=Maker/X9）。繰り返すと増えます。"
    ),
    "Without a site file: so many robots on a generated line of nodes.": (
        "サイトファイルなしの場合: 一列に並べたノードの上で、この台数。"
    ),
    "Seconds between states when nothing happens.": "何も起きないときの state の間隔（秒）。",
    "Seconds between positions; 0 is off.": "位置の間隔（秒）。0 なら送りません。",
    "Share of messages the radio loses; as many come late or twice.": (
        "無線で失われるメッセージの割合。同じだけが遅れるか、2 回届きます。"
    ),
    "All robots over one MQTT session, for load tests.": "全ロボットを 1 つの MQTT 接続で（負荷試験用）。",
    "What robots speak whose type does not say it.": "型に書かれていないロボットが話す版。",
    "Leave properly on SIGTERM, and write here (JSON) how many states each robot sent.": (
        "SIGTERM できちんと切断し、各ロボットが送った state の数をここに書きます（JSON）。"
    ),
    "A maker's fleet management system.": "メーカーの車両管理システム。",
    "Play a manager; its token and callback secret come from GENBA_SIM_TOKEN and GENBA_SIM_SECRET.": (
        "管理システムを演じます。トークンと通知の秘密の値は GENBA_SIM_TOKEN と GENBA_SIM_SECRET から取ります。"
    ),
    "Site file: its roadmap's nodes are the manager's places.": (
        "サイトファイル。経路図のノードが管理システムの場所になります。"
    ),
    "NAME=NODE, where a robot stands; without it those of the site file stand at home.": (
        "NAME=NODE の形で、ロボットがいる場所。なければサイトファイルのロボットが待機場所にいます。"
    ),
    "Port on 127.0.0.1; 0 takes a free one.": "127.0.0.1 のポート。0 なら空きポート。",
    "Where to tell of every change.": "変化のたびに伝える先。",
    "Robots that report themselves elsewhere.": "よそに自分の状態を報告するロボット。",
    "Play robots E1, E2, … ; their key comes from GENBA_SIM_TOKEN. Lines typed as `E1 silent` change a mood.": (
        "ロボット E1、E2、… を演じます。キーは GENBA_SIM_TOKEN から取ります。"
        "`E1 silent` のように打つと振る舞いが変わります。"
    ),
    "Where they report.": "報告する先。",
    "UUID of their coordinates (planarDatum).": "座標系（planarDatum）の UUID。",
    "How many.": "台数。",
    "Metres of the rectangle they drive round, along x.": "周回する長方形の x 方向の長さ（m）。",
    "The same along y.": "同じく y 方向の長さ（m）。",
    "NAME=MOOD (well, silent, malformed, cut, lost, nulls, flood, stuck).": (
        "NAME=MOOD（well、silent、malformed、cut、lost、nulls、flood、stuck）。"
    ),
    "Show the key as a password.": "キーをパスワードとして示します。",
    "An RFID reader (LLRP and others).": "RFID リーダー（LLRP など）。",
    "Play an RFID reader.": "RFID リーダーを演じます。",
    "What it speaks.": "話すプロトコル。",
    "Where it listens, or its topic at the broker; by default one of its protocol.": (
        "待ち受ける場所、またはブローカーのトピック。既定はプロトコルのもの。"
    ),
    "host:port of the broker, for zebra.": "zebra の場合、ブローカーの host:port。",
    "Its user at the broker, or whom it lets in.": "ブローカーでのユーザー、または接続を許すユーザー。",
    "The password of that user.": "そのユーザーのパスワード。",
    "Seconds between pallets; 0 is none.": "パレットの間隔（秒）。0 なら来ません。",
    "Tags on a pallet.": "パレットのタグの数。",
    "Seconds a pallet is in the field.": "パレットが電波の中にいる秒数。",
    "Chance that a round reads a tag.": "1 巡でタグが読まれる確率。",
    "Antennas; a pallet is seen by all of them.": "アンテナの数。パレットは全部に見えます。",
    "Tags that stand nearby for ever.": "近くにずっとあるタグの数。",
    "Report uptime instead of UTC, for llrp.": "llrp の場合、UTC の代わりに稼働時間を報告します。",
    "A PLC (Modbus TCP or RTU).": "PLC（Modbus TCP か RTU）。",
    "Play a PLC: type `gate1_inner=1`, `conveyor_count+5`, a name to read it, `hang`, `off`, `on`, `mood busy`.\n"
    "\n"
    "Moods are the ways in which a peer misbehaves; a wrong one is answered with all there are."
    " Of several devices the\nfirst is meant, or the one whose id stands in front: `io-2.di0=1`."
    " Doors and lifts of the site file that hang at\n"
    "them move: `LIFT-1 stuck` lets something go wrong with one, `LIFT-1 well` makes it well again.": (
        "PLC を演じます。`gate1_inner=1`、`conveyor_count+5`、名前だけ（読み取り）、`hang`、`off`、`on`、"
        "`mood busy` と打てます。\n"
        "\n"
        "mood は相手の不調の種類です。知らない名前には、ある名前をすべて答えます。機器がいくつもあるときは\n"
        "最初の機器に、`io-2.di0=1` のように ID を前に付ければその機器に届きます。"
        "サイトファイルでそこにつながる扉とリフトは動きます。\n"
        "`LIFT-1 stuck` で故障させ、`LIFT-1 well` で直します。"
    ),
    "Where to listen; pty:/tmp/genba-line plays a unit on a serial line (RTU).": (
        "待ち受ける場所。pty:/tmp/genba-line ならシリアル線の機器（RTU）を演じます。"
    ),
    "Site file whose PLC to play.": "演じる PLC が書かれたサイトファイル。",
    "Device id in the site file, plc-1 if none; more than one share a line.": (
        "サイトファイルの機器 ID。なければ plc-1。いくつもあれば 1 本の線を分け合います。"
    ),
    "Unit id, without a site file.": "サイトファイルなしの場合のユニット番号。",
    "Seconds of host silence until outputs go off; 0 is never.": (
        "ホストがこの秒数だけ黙ると出力を切ります。0 なら切りません。"
    ),
    "A label printer (ZPL).": "ラベルプリンター（ZPL）。",
    "Play a label printer: type `paper out`, `paper in`, `off` or `on`.": (
        "ラベルプリンターを演じます。`paper out`、`paper in`、`off`、`on` と打てます。"
    ),
    "Folder to write each label's ZPL to.": "ラベルごとの ZPL を書くフォルダー。",
    "Seconds to print a label.": "ラベル 1 枚の印刷にかかる秒数。",
    "A scale.": "はかり。",
    "Play a scale: type grams to put them on it, `take` to take all off, `zero`, `tare`, `mute` or `unmute`.": (
        "はかりを演じます。載せるグラム数、`take`（全部降ろす）、`zero`、`tare`、`mute`、`unmute` と打てます。"
    ),
    "Where to listen; pty:/tmp/scale plays a serial device.": (
        "待ち受ける場所。pty:/tmp/scale ならシリアル機器を演じます。"
    ),
    "Whose language it speaks.": "どのメーカーの言葉を話すか。",
    "Seconds until a load rests.": "荷が落ち着くまでの秒数。",
    "Grams at most.": "最大のグラム数。",
    "Send lines by itself and obey nothing.": "行を自分から送り、命令には従いません。",
    "A barcode scanner.": "バーコードスキャナー。",
    "Play a scanner: each typed line is scanned; `!noise` sends garbage, `!none` a no-read.": (
        "スキャナーを演じます。打った行がスキャンになります。`!noise` は雑音、`!none` は読み取り失敗を送ります。"
    ),
    "Where to listen; pty:/tmp/scanner plays a serial device.": (
        "待ち受ける場所。pty:/tmp/scanner ならシリアル機器を演じます。"
    ),
    "cr, lf, crlf, tab or none.": "cr、lf、crlf、tab、none のどれか。",
    "Seconds at most between the pieces of a code.": "分かれて届くコードの間隔（最大の秒数）。",
    "Chance that a code comes in pieces.": "コードが分かれて届く確率。",
    "Chance that a code is sent twice.": "コードが 2 回送られる確率。",
    "People with handhelds.": "ハンディを持つ人。",
    "Let simulated people work with their handhelds until stopped.": "止めるまで、模擬の人がハンディで働きます。",
    "YAML: person id: {badge: .., pin: ..}.": "YAML: person id: {badge: .., pin: ..}。",
    "Base address of the edge.": "エッジの基本アドレス。",
    "Seed of the goods; that of the WMS.": "商品のシード（WMS と同じもの）。",
    "2 works twice as fast as people do.": "2 なら人の 2 倍の速さで働きます。",
    "Roles that work; default: picker.": "働く役割。既定は picker。",
    "A WMS that keeps books and judges the site.": "帳簿をつけ、拠点を判定する WMS。",
    "Run a test WMS: takes confirmations, sends orders, shows at / what the site did right and wrong.": (
        "試験用の WMS を動かします。確定を受け取り、注文を送り、拠点の正しい点と誤りを / に表示します。"
    ),
    "Base address of the site's host API.": "拠点のホスト API の基本アドレス。",
    "SQLite file of the WMS, or :memory:.": "WMS の SQLite ファイル、または :memory:。",
    "Orders an hour; 0 sends none.": "1 時間の注文数。0 なら送りません。",
    "Stop after so many orders.": "この件数の注文で止めます。",
    "Seed of goods, stock and orders.": "商品、在庫、注文のシード。",
    "First tell the range and the opening stock.": "まず取扱商品と期首在庫を伝えます。",
    "2: customers change their minds twice as soon.": "2 なら客の気が変わるのが 2 倍早くなります。",
    "An EPCIS repository that captures events and judges them.": "イベントを受け取って判定する EPCIS リポジトリ。",
    "Run a test repository: captures events, shows them at /events and its figures at /report.": (
        "試験用のリポジトリを動かします。受け取ったイベントは /events に、集計は /report に表示します。"
    ),
    "Seed of its troubles.": "不調のシード。",
    "A whole floor: devices, robots and people, for the demo.": "フロアまるごと: 機器、ロボット、人（デモ用）。",
    "Play a floor: devices, robots and people at the addresses of the site file, until stopped.": (
        "フロアを演じます。止めるまで、サイトファイルのアドレスで機器、ロボット、人が動きます。"
    ),
    "YAML: robot serial: password at the broker.": "YAML: robot serial: password の形で、ブローカーのパスワード。",
    "2: people and robots are twice as fast as life.": "2 なら人もロボットも現実の 2 倍の速さになります。",
    "Seed of goods and of all chance; that of the WMS.": "商品とすべての偶然のシード（WMS と同じもの）。",
}

DAYS = {
    "Whole days in virtual time, judged.": "仮想時間でまる何日も動かし、判定します。",
    "Live whole days in virtual time and check every invariant afterwards.": (
        "仮想時間でまる何日も動かし、そのあとすべての不変条件を確かめます。"
    ),
    "The seed of one day.": "1 日のシード。",
    "Several days: FIRST-LAST.": "何日分か: FIRST-LAST。",
    "Hours in which orders come.": "注文が来る時間数。",
    "none, some or all.": "none、some、all のどれか。",
    "Orders an hour.": "1 時間の注文数。",
    "Locations to be counted an hour.": "1 時間に棚卸しする棚の数。",
    "Days at the same time, one process each.": "同時に動かす日数（1 日 1 プロセス）。",
    "Print JSON instead of a table.": "表の代わりに JSON を表示します。",
    "Write the journal of a single day here.": "1 日の記録をここに書きます。",
}

BENCHES = {
    "Measure this machine.": "このマシンを測ります。",
    "Write JSON to this file; `-` is the screen.": "このファイルに JSON を書きます。`-` なら画面。",
    "How long to measure.": "測る時間（秒）。",
    "The seed of the day.": "その日のシード。",
    "Decisions a second, alone and in groups; time to start.": "1 秒の決定の数（単独とまとめて）。起動の時間。",
    "Measure decisions a second, one commit each and in groups, and the time from start to serving.": (
        "1 秒の決定の数（1 件ごとの確定と、まとめての確定）と、起動から応答までの時間を測ります。"
    ),
    "Length of each measurement.": "1 回の測定の長さ（秒）。",
    "Open tasks in the store.": "ストアにある未完了のタスクの数。",
    "Where the SQLite file goes: the disk to measure.": "SQLite ファイルを置く場所（測るディスク）。",
    "An empty PostgreSQL database instead of SQLite.": "SQLite の代わりに使う空の PostgreSQL データベース。",
    "A killed edge: how soon it serves again.": "強制終了したエッジが、どれだけ早くまた応答するか。",
    "Kill an edge in a process of its own and measure the time from its new start to its first answer over HTTP.": (
        "別プロセスのエッジを強制終了し、再起動から HTTP の最初の応答までの時間を測ります。"
    ),
    "How often it is killed.": "強制終了の回数。",
    "Open tasks in its database.": "データベースにある未完了のタスクの数。",
    "Handhelds over HTTP: scan, durable, answer.": "HTTP のハンディ: スキャン、永続化、応答。",
    "Measure the time from a scan to its answer, over HTTP.": "スキャンから応答までの時間を HTTP で測ります。",
    "People who scan once a second.": "1 秒に 1 回スキャンする人数。",
    "How long they scan.": "スキャンを続ける時間（秒）。",
    "Robots at a broker: what each costs the edge.": "ブローカーのロボット: 1 台がエッジにかける負荷。",
    "Measure the edge's work for each robot and its time from state to order.": (
        "ロボット 1 台あたりのエッジの仕事と、state から order までの時間を測ります。"
    ),
    "How many robots.": "ロボットの台数。",
    "Seconds to let them begin to drive.": "走り出すまで待つ秒数。",
    "Missions of many robots at a broker; no state lost.": (
        "ブローカーの多数のロボットの作業。state は 1 つも失わない。"
    ),
    "Measure missions, the time from state to order and the CPU of each robot; fail when a state was lost.": (
        "作業の数、state から order までの時間、1 台あたりの CPU を測ります。state を失えば失敗です。"
    ),
    "The seed of the missions.": "作業のシード。",
    "Bar codes and tags: what a scan costs to understand.": "バーコードとタグ: 1 回のスキャンを理解する手間。",
    "Measure how many codes a second one core reads, each for the first time, from a scanner that passes FNC1 on.": (
        "1 コアが 1 秒に読めるコードの数を測ります（どれも初めて。FNC1 を渡すスキャナーから）。"
    ),
    "Codes of each kind.": "種類ごとのコードの数。",
    "Which codes are drawn.": "どのコードを引くか（シード）。",
    "Units polled while one is slow and one dead.": "1 台が遅く 1 台が止まっている間のポーリング。",
    "Poll many units, of which one is dead and one slow, and measure the cycles of the others.": (
        "多数のユニット（1 台は停止、1 台は低速）をポーリングし、他の周期を測ります。"
    ),
    "Units, each at an address of its own.": "ユニットの数（それぞれ別のアドレス）。",
    "Seconds between two polls of a unit.": "1 台のポーリングの間隔（秒）。",
    "Loads through an RFID gate: decided right, and how soon.": (
        "RFID ゲートを通る荷: 正しく判定したか、どれだけ早いか。"
    ),
    "Push loads through a simulated gate in virtual time, then receive a busy reader over a real socket.": (
        "仮想時間で模擬ゲートに荷を通し、そのあと忙しいリーダーを実際のソケットで受けます。"
    ),
    "Loads for each read rate.": "読み取り率ごとの荷の数。",
    "How long the busy reader is heard.": "忙しいリーダーを受ける時間（秒）。",
    "The seed of all loads.": "すべての荷のシード。",
    "Read points: who left, told how soon and how wrongly.": "読取ポイント: 去ったことを、どれだけ早く正しく伝えるか。",
    "Let tags come, stand and go in a time of their own, and tell the same reads to read points of four kinds.": (
        "専用の時間でタグが来て、とどまり、去ります。同じ読み取りを 4 種類の読取ポイントに伝えます。"
    ),
    "Tags at each place.": "場所ごとのタグの数。",
    "Hours that each place is watched.": "それぞれの場所を見る時間数。",
    "The seed of all tags.": "すべてのタグのシード。",
    "A whole shift in virtual time on one core.": "1 コアの仮想時間で、まる 1 シフト。",
    "Live a shift of 30 robots and 20 people in virtual time and measure the real time it takes.": (
        "ロボット 30 台と 20 人の 1 シフトを仮想時間で動かし、かかった実時間を測ります。"
    ),
    "Orders in that time.": "その間の注文数。",
    "Who takes which tour: against the nearest robot.": "どの巡回を誰が取るか: 最寄りのロボットとの比較。",
    "Live the same day twice and compare orders an hour, lateness, empty metres and waiting.": (
        "同じ 1 日を 2 回動かし、1 時間の注文数、遅れ、空走距離、待ち時間を比べます。"
    ),
    "Orders an hour; 15 for each robot if not said.": "1 時間の注文数。指定がなければロボット 1 台につき 15。",
    "Robots on a dense grid: tasks a step, planning time.": "密な格子のロボット: 1 歩のタスク数と計画の時間。",
    "Play robots that turn, drive and wait on a dense grid; count tasks a step and measure the planning.": (
        "密な格子で回り、進み、待つロボットを演じ、1 歩のタスク数を数え、計画の時間を測ります。"
    ),
    "JSON file that names map, robots and tasks.": "地図、ロボット、タスクを示す JSON ファイル。",
    "Steps to play.": "演じる歩数。",
    "Robots, if not as many as the instance has.": "ロボットの台数（問題のものと違う場合）。",
    "Draws starts and tasks beyond the instance's; the planner's dice.": (
        "問題にない出発点とタスクを引くシード。計画の乱数にも使います。"
    ),
    "Give all open tasks anew in each step.": "1 歩ごとに、未完了のタスクをすべて割り当て直します。",
    "All of these but traffic, one after the other.": "traffic 以外のすべてを順番に。",
    "Run all benches one after the other; the shift takes by far the longest.": (
        "すべての測定を順番に行います。シフトがいちばん長くかかります。"
    ),
    "Folder for one JSON file a bench.": "測定ごとの JSON ファイルを置くフォルダー。",
}

JAPANESE: Mapping[str, str] = SITE | PEOPLE | DEVICES | DEMO | SIMULATORS | DAYS | BENCHES
