/**
 * Domains of free email providers. They say nothing about an employer, so they never identify a company.
 *
 * Kept here because the published packages do not fit: they contain companies' own domains (of ticket systems or shops) and
 * placeholders such as example.com, or download their list during installation. Internet providers are listed if their
 * own staff does not use the same domain.
 */
const providers = `
gmail.com googlemail.com
outlook.com hotmail.com live.com msn.com passport.com windowslive.com
outlook.at outlook.be outlook.cl outlook.cz outlook.de outlook.dk outlook.es outlook.fr outlook.ie outlook.it outlook.jp
outlook.kr outlook.pt outlook.sa outlook.com.ar outlook.com.au outlook.com.br outlook.co.id outlook.co.th outlook.in
hotmail.be hotmail.ca hotmail.ch hotmail.cl hotmail.co.il hotmail.co.jp hotmail.co.nz hotmail.co.th hotmail.co.uk
hotmail.com.ar hotmail.com.au hotmail.com.br hotmail.com.mx hotmail.com.tr hotmail.de hotmail.dk hotmail.es hotmail.fi
hotmail.fr hotmail.gr hotmail.hu hotmail.it hotmail.nl hotmail.no hotmail.pt hotmail.se
live.at live.be live.ca live.ch live.cl live.cn live.co.uk live.co.za live.com.ar live.com.au live.com.mx live.com.pt
live.de live.dk live.fi live.fr live.ie live.in live.it live.jp live.nl live.no live.ru live.se
yahoo.com ymail.com rocketmail.com myyahoo.com
yahoo.at yahoo.be yahoo.ca yahoo.ch yahoo.cl yahoo.cn yahoo.co.id yahoo.co.il yahoo.co.in yahoo.co.jp yahoo.co.kr
yahoo.co.nz yahoo.co.th yahoo.co.uk yahoo.co.za yahoo.com.ar yahoo.com.au yahoo.com.br yahoo.com.cn yahoo.com.co
yahoo.com.hk yahoo.com.mx yahoo.com.my yahoo.com.pe yahoo.com.ph yahoo.com.sg yahoo.com.tr yahoo.com.tw yahoo.com.ve
yahoo.com.vn yahoo.cz yahoo.de yahoo.dk yahoo.es yahoo.fi yahoo.fr yahoo.gr yahoo.hu yahoo.ie yahoo.in yahoo.it
yahoo.nl yahoo.no yahoo.pl yahoo.pt yahoo.ro yahoo.se
icloud.com me.com mac.com privaterelay.appleid.com
aol.com aol.co.uk aol.de aol.fr aol.it aim.com love.com verizon.net
proton.me protonmail.com protonmail.ch pm.me
tutanota.com tutanota.de tutamail.com tuta.io tuta.com keemail.me
zoho.com zohomail.com zohomail.eu zohomail.in fastmail.com fastmail.fm fastmail.net hey.com hushmail.com hush.com
mailfence.com runbox.com posteo.de posteo.net posteo.at posteo.ch mailbox.org startmail.com disroot.org riseup.net
duck.com skiff.com cock.li anonaddy.me simplelogin.com mozmail.com
mail.com email.com usa.com post.com europe.com asia.com iname.com consultant.com engineer.com myself.com writeme.com
dr.com accountant.com techie.com cheerful.com lawyer.com teacher.com doctor.com contractor.net
gmx.com gmx.de gmx.net gmx.at gmx.ch gmx.eu gmx.fr gmx.es gmx.co.uk gmx.us gmx.info caramail.com
web.de email.de t-online.de freenet.de arcor.de online.de mailbox.de vodafonemail.de kabelmail.de magenta.de
1und1.de unitybox.de onlinehome.de alice-dsl.net o2mail.de
aon.at chello.at inode.at bluewin.ch sunrise.ch hispeed.ch
orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr bbox.fr aliceadsl.fr club-internet.fr numericable.fr
9online.fr cegetel.net noos.fr voila.fr
telefonica.net terra.es movistar.es ono.com ya.com euskaltel.net jazzfree.com
libero.it virgilio.it tiscali.it alice.it tin.it tim.it fastwebnet.it inwind.it iol.it email.it poste.it
teletu.it vodafone.it
sapo.pt iol.pt netcabo.pt clix.pt mail.telepac.pt
telenet.be skynet.be proximus.be scarlet.be
ziggo.nl kpnmail.nl planet.nl home.nl hetnet.nl xs4all.nl casema.nl chello.nl quicknet.nl upcmail.nl zonnet.nl
kpnplanet.nl
btinternet.com btopenworld.com blueyonder.co.uk ntlworld.com virginmedia.com virgin.net talktalk.net tiscali.co.uk
freeserve.co.uk plusnet.com
eircom.net
telia.com bredband.net spray.se comhem.se online.no getmail.no frisurf.no mail.dk jubii.dk stofanet.dk tdcadsl.dk
elisanet.fi kolumbus.fi luukku.com suomi24.fi saunalahti.fi
wp.pl o2.pl onet.pl onet.eu op.pl interia.pl interia.eu gazeta.pl tlen.pl poczta.onet.pl vp.pl autograf.pl
seznam.cz email.cz centrum.cz atlas.cz volny.cz post.cz azet.sk centrum.sk zoznam.sk post.sk
freemail.hu citromail.hu t-online.hu vipmail.hu indamail.hu
abv.bg mail.bg dir.bg inbox.lv inbox.lt mail.ee one.lt walla.co.il walla.com netvision.net.il bezeqint.net
otenet.gr forthnet.gr hol.gr in.gr
mail.ru bk.ru inbox.ru list.ru internet.ru yandex.ru yandex.com yandex.ua yandex.kz yandex.by ya.ru rambler.ru lenta.ru
autorambler.ru myrambler.ru ro.ru ukr.net i.ua meta.ua bigmir.net tut.by
mynet.com superonline.com ttmail.com
comcast.net att.net sbcglobal.net bellsouth.net ameritech.net pacbell.net swbell.net cox.net charter.net spectrum.net
rr.com roadrunner.com twc.com earthlink.net mindspring.com juno.com netzero.net netzero.com optonline.net optimum.net
windstream.net frontier.com frontiernet.net centurylink.net centurytel.net embarqmail.com q.com cableone.net
suddenlink.net rcn.com peoplepc.com excite.com lycos.com netscape.net cs.com compuserve.com prodigy.net
sympatico.ca rogers.com shaw.ca telus.net videotron.ca cogeco.ca bell.net eastlink.ca mts.net sasktel.net
prodigy.net.mx uol.com.br bol.com.br terra.com.br ig.com.br globo.com globomail.com r7.com zipmail.com.br oi.com.br
superig.com.br ciudad.com.ar fibertel.com.ar arnet.com.ar speedy.com.ar vtr.net
bigpond.com bigpond.net.au optusnet.com.au iinet.net.au internode.on.net tpg.com.au ozemail.com.au dodo.com.au
westnet.com.au xtra.co.nz slingshot.co.nz orcon.net.nz
qq.com foxmail.com vip.qq.com 163.com 126.com yeah.net vip.163.com sina.com sina.cn vip.sina.com sohu.com aliyun.com
tom.com 21cn.com 139.com 189.cn wo.cn
naver.com hanmail.net daum.net nate.com kakao.com
docomo.ne.jp ezweb.ne.jp softbank.ne.jp i.softbank.jp au.com nifty.com biglobe.ne.jp ocn.ne.jp so-net.ne.jp
excite.co.jp plala.or.jp
rediffmail.com indiatimes.com sify.com hathway.com
hinet.net pchome.com.tw seed.net.tw singnet.com.sg netvigator.com
mweb.co.za webmail.co.za telkomsa.net vodamail.co.za
emirates.net.ae maktoob.com
`;

const freeMailDomains: ReadonlySet<string> = new Set(providers.split(/\s+/).filter((domain) => domain !== ''));

/** True for the domain (in canonical form) of a free email provider. */
export function isFreeMailDomain(domain: string): boolean {
  return freeMailDomains.has(domain);
}
