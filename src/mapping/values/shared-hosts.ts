/**
 * Hosts whose pages belong to many companies or people. A page there identifies no company by its host, and the host is no company's
 * domain. A host belongs to the company that is called like it (web-domain.ts).
 *
 * Subdomains count as well: `m.facebook.com` and `es.linkedin.com` are the same platforms. `amazon.*` stands for a host in all
 * countries: `amazon.es`, `amazon.co.jp`, `amazon.com.br`.
 */
const platforms = `
pinterest.* facebook.* nextdoor.* eventbrite.* google.* yahoo.* glassdoor.* indeed.* europages.* yelp.* tripadvisor.* trustpilot.*
capterra.* getapp.* sortlist.* houzz.* habitissimo.* yellowpages.* cylex.* hotfrog.* infobel.* amazon.* ebay.* etsy.* aliexpress.*
alibaba.* mercadolibre.* mercadolivre.* olx.* vinted.* wallapop.* gumtree.* airbnb.* expedia.* trivago.* kayak.* skyscanner.* opentable.*
thefork.* quandoo.* deliveroo.* just-eat.* foodpanda.* zomato.* doctolib.* doctoralia.* treatwell.* topdoctors.* shopee.* lazada.*
tokopedia.* superprof.* groupon.* softwareadvice.* manomano.* craigslist.* kijiji.* jooble.* neuvoo.* jobrapido.* jobted.* infojobs.*
stepstone.* computrabajo.* trovit.* mitula.* idealista.* autoscout24.* milanuncios.* segundamano.* kleinanzeigen.* marktplaats.*
leboncoin.* catawiki.* fiverr.* upwork.* freelancer.* workana.* ubereats.* lieferando.* pedidosya.* glovoapp.* ticketmaster.* viagogo.*
eventim.* stubhub.* gofundme.* kickstarter.* indiegogo.* patreon.* booksy.* blablacar.* baidu.* mapquest.* trustedshops.* ekomi.* tuugo.*
brownbook.* instagram.* tiktok.* linkedin.* xing.* reddit.* quora.* fb.com fb.me fb.watch m.me messenger.com instagr.am threads.net
threads.com whatsapp.com wa.me wa.link lnkd.in licdn.com viadeo.com twitter.com x.com t.co youtube.com youtu.be vimeo.com dailymotion.com twitch.tv
pin.it snapchat.com tumblr.com vk.com ok.ru weibo.com wechat.com weixin.qq.com line.me lin.ee kakao.com t.me telegram.me telegram.org
telegram.dog discord.gg discord.com signal.me viber.com mastodon.social bsky.app flickr.com 500px.com behance.net dribbble.com
deviantart.com artstation.com soundcloud.com spotify.com bandcamp.com mixcloud.com medium.com substack.com ko-fi.com buymeacoffee.com
onlyfans.com clubhouse.com meetup.com luma.com lu.ma g.page g.co goo.gl forms.gle maps.app.goo.gl page.link bing.com duckduckgo.com
hubapi.com icloud.com live.com onedrive.com 1drv.ms sharepoint.com notion.so calendly.com doodle.com cal.com issuu.com scribd.com slideshare.net
prezi.com bit.ly tinyurl.com ow.ly buff.ly rebrand.ly cutt.ly is.gd t.ly rb.gy shorturl.at linktr.ee beacons.ai beacons.page linkin.bio
campsite.bio campsite.to tap.bio taplink.cc lnk.bio bio.link bio.site bio.fm solo.to msha.ke hoo.be koji.to withkoji.com allmylinks.com
linkpop.com link.me linkbio.co linkfly.to snipfeed.co stan.store about.me flow.page flowcode.com flowpage.com heylink.me instabio.cc
shor.by shorby.com contactinbio.com many.link znap.link direct.me pillar.io magic.ly mez.ink lnk.to smarturl.it ffm.to fanlink.to
linkfire.com card.co crunchbase.com angel.co wellfound.com f6s.com kununu.com welcometothejungle.com jobteaser.com github.com gitlab.com
bitbucket.org sourceforge.net npmjs.com pypi.org stackoverflow.com huggingface.co wikipedia.org wikidata.org imdb.com
companieshouse.gov.uk northdata.de northdata.com unternehmensregister.de societe.com infogreffe.fr pappers.fr verif.com einforma.com
axesor.es infocif.es empresite.eleconomista.es opencorporates.com kompass.com wlw.de thomasnet.com foursquare.com provenexpert.com g2.com
clutch.co goodfirms.co malt.com malt.fr malt.es malt.de 99designs.com toptal.com thumbtack.com cronoshare.com angi.com angieslist.com
homeadvisor.com bbb.org manta.com yell.com paginasamarillas.es paginegialle.it pagesjaunes.fr gelbeseiten.de dasoertliche.de 11880.com
goldenpages.ie goudengids.nl goudengids.be herold.at local.ch search.ch cylex-uk.co.uk yalwa.com tupalo.com waze.com amzn.to amzn.eu a.co
1688.com taobao.com tmall.com made-in-china.com globalsources.com dhgate.com temu.com shein.com bol.com cdiscount.com fnac.com fnac.es
rakuten.com rakuten.co.jp allegro.pl mercadoshops.com ebay-kleinanzeigen.de willhaben.at ricardo.ch 2dehands.be subito.it fotocasa.es
habitaclia.com immobilienscout24.de immowelt.de seloger.com immobiliare.it rightmove.co.uk zoopla.co.uk zillow.com realtor.com mobile.de
coches.net ankorstore.com depop.com poshmark.com redbubble.com society6.com teepublic.com teespring.com spreadshirt.com zazzle.com
gumroad.com udemy.com teachable.com skillshare.com booking.com hotels.com vrbo.com agoda.com hostelworld.com rentalia.com holidu.com
holidu.de homeaway.com abritel.fr gites-de-france.com viator.com civitatis.com eltenedor.es lafourchette.com resy.com exploretock.com
glovo.com justeat.it takeaway.com thuisbezorgd.nl doordash.com grubhub.com wolt.com rappi.com ifood.com.br jameda.de miodottore.it
znanylekarz.pl zocdoc.com healthgrades.com practo.com fresha.com planity.com vagaro.com mindbodyonline.com styleseat.com setmore.com
simplybook.me acuityscheduling.com appointy.com salonized.com gympass.com urbansportsclub.com zoominfo.com dnb.com rocketreach.co
signalhire.com bloomberg.com pitchbook.com owler.com craft.co producthunt.com archive.org company-information.service.gov.uk
registroimprese.it paginebianche.it firmenabc.at goyellow.de meinestadt.de golocal.de justdial.com indiamart.com avvo.com
psychologytoday.com academia.edu researchgate.net apps.apple.com podcasts.apple.com blog.naver.com smartstore.naver.com zhihu.com zalo.me
truthsocial.com vk.ru hubs.ly mailchi.mp eepurl.com milkshake.app apollo.io lusha.com builtwith.com similarweb.com ycombinator.com
tracxn.com cbinsights.com trustradius.com leadiq.com seamless.ai cognism.com hunter.io snov.io clay.com kaspr.io adapt.io contactout.com
datanyze.com leadfeeder.com aeroleads.com growjo.com buzzfile.com rocketreach.com theorg.com comparably.com ambitionbox.com tradeindia.com
startupranking.com dealroom.co eu-startups.com gust.com seedrs.com crowdcube.com stackshare.io alternativeto.net saashub.com appsumo.com
getlatka.com bebee.com lead411.com uplead.com salesintel.io zoominfo.de dropcontact.com findymail.com wiza.co rumble.com odysee.com
mastodon.online mas.to goodreads.com letterboxd.com last.fm deezer.com tidal.com dev.to hashnode.com hackernoon.com indiehackers.com
codepen.io doximity.com bark.com checkatrade.com trustatrader.com mybuilder.com myhammer.de werkspot.nl doctify.com vitals.com ratemds.com
lawyers.com justia.com findlaw.com superlawyers.com martindale.com anwalt.de vulka.es infoempresa.com manageo.fr infonet.fr 118712.fr
mappy.com petitfute.com guide.michelin.com hotelscombined.com weddingwire.com theknot.com bodas.net zankyou.com matrimonio.com
mariages.net menulog.com songkick.com bandsintown.com tickettailor.com classgap.com tusclasesparticulares.com linktree.com hopp.bio
bento.me read.cv polywork.com cargocollective.com paypal.me cash.app goteo.org verkami.com ulule.com startnext.com justgiving.com
globalgiving.org guidestar.org wikiwand.com douyin.com xiaohongshu.com bilibili.com naver.com 2gis.ru avito.ru wildberries.ru
todocoleccion.net reverb.com discogs.com itch.io steamcommunity.com share.google openstreetmap.org what3words.com posts.gle tidycal.com
youcanbook.me simplybook.it reservio.com picktime.com order.online salonkee.lu onelink.to onelink.me app.link adj.st smart.link
l.ead.me qrco.de qr.page me-qr.com scanned.page urlz.fr tiny.cc tr.ee lnk.at bl.ink shrtco.de s.id v.gd cli.re clck.ru vk.cc
amzn.com amzn.asia a.aliexpress.com s.click.aliexpress.com walmrt.us maps.me wego.here.com maps.apple.com plus.codes osm.org
yandex.com yandex.ru ya.ru mapy.cz map.naver.com map.kakao.com amap.com dianping.com tabelog.com gurunavi.com hotpepper.jp retty.me
swiggy.com dineout.co.in magicbricks.com 99acres.com housing.com sulekha.com urbancompany.com 11880-fliesenleger.com branchenbuch.de
wer-liefert-was.de firmenwissen.de implisense.com companyhouse.de moneyhouse.ch moneyhouse.de zefix.ch pagesdor.be goudengids.com
telefoonboek.nl detelefoongids.nl openingsuren.vlaanderen drimble.nl oozo.nl companyinfo.nl creditsafe.com superpages.com dexknows.com
merchantcircle.com citysearch.com chamberofcommerce.com chamberofcommerce.uk alignable.com porch.com networx.com play.google.com
itunes.apple.com appgallery.huawei.com galaxystore.samsung.com f-droid.org apkpure.com aptoide.com uptodown.com softonic.com cnet.com
substack.net beehiiv.com buttondown.email convertkit.com revue.com getrevue.co tinyletter.com liberapay.com opencollective.com tipeee.com
boosty.to fansly.com subscribestar.com throne.com buymeacoffee.org mym.fans leetchi.com kisskissbankbank.com helloasso.com betterplace.org
betterplace.me donorbox.org fundly.com mightycause.com wefunder.com startengine.com fundedbyme.com produzionidalbasso.com eppela.com
lanzanos.com migranodearena.org teaming.net zeffy.com chuffed.org crowdfunder.co.uk pozible.com catarse.me vaquinha.com.br apoia.se
benfeitoria.com zrzutka.pl wspieram.to patronite.pl hithit.com startovac.cz bluesky.app gab.com parler.com gettr.com minds.com
diaspora.social lemon8-app.com bereal.com be.real.com yubo.live koo.app sharechat.com likee.video kuaishou.com douban.com renren.com
qzone.qq.com mp.weixin.qq.com tieba.baidu.com xiaohongshu.net mixi.jp note.com ameba.jp pixiv.net nicovideo.jp band.us cafe.naver.com
daum.net story.kakao.com pf.kakao.com open.kakao.com zalo.vn ok.me livejournal.net viadeo.fr peerlist.io polywork.io hi5.com myspace.com
badoo.com couchsurfing.com untappd.com allrecipes.com ravelry.com listal.com anchor.fm podbean.com spreaker.com libsyn.com ivoox.com
castbox.fm audioboom.com transistor.fm overcast.fm pca.st linktw.in lynx.bio bio.to biolinky.co biolink.to liinks.co linkstack.org
littlelink.io komi.io ayo.so carrd.com minisite.ai fanbridge.com found.ee orcd.co distrokid.com hyperfollow.com toneden.io backl.ink
songwhip.com odesli.co album.link song.link push.fm feature.fm biglink.to linklist.bio links.co lit.link lnks.gd many.bio mylinks.ai
shortlink.com squaredance.bio tap.link wlo.link x.bio zez.am zaap.bio linke.ro hey.link dot.cards lnq.me tapt.io kiwify.com.br
monetizze.com.br clickbank.com payhip.com sendowl.com thuisbezorgd.be pyszne.pl justeat.es eat.ch smood.ch bolt.food postmates.com
seamless.com slicelife.com
`;

/**
 * Hosts that give each customer a subdomain: site builders, shops, blogs. `acme.wixsite.com` is one customer's page and identifies him
 * as a whole; the host alone identifies no one. Neither is a company's own domain.
 */
const builders = `
blogspot.* jimdo.* webnode.* webador.* tiendanube.* wixsite.com wixstudio.com wixstudio.io editorx.io weebly.com weeblysite.com
square.site webflow.io framer.website framer.app framer.ai framer.media framer.photos framer.wiki carrd.co strikingly.com mystrikingly.com
site123.me jimdosite.com jimdofree.com jimdoweb.com webnode.page yolasite.com ucraft.net ucraft.site tilda.ws tildacdn.com mozello.com
mozellosite.com simdif.com zyrosite.com hostingersite.com builderallwp.com ueniweb.com ueni.com godaddysites.com yola.com doodlekit.com
webs.com freewebs.com tripod.com angelfire.com homestead.com moonfruit.com bravesites.com voog.com edicypages.com onepage.me
onepage.website leadpages.co lpages.co clickfunnels.com myclickfunnels.com systeme.io swipepages.net getresponsepages.com
getresponsesite.com mailchimpsites.com hubspotpagebuilder.com hubspotpagebuilder.eu hs-sites.com hs-sites-eu1.com hsforms.com
activehosted.com ac-page.com mykajabi.com wordpress.com wpcomstaging.com wpenginepowered.com kinsta.cloud pantheonsite.io
flywheelsites.com cloudwaysapps.com blogger.com typepad.com livejournal.com over-blog.com canalblog.com overblog.com skyrock.com
hatenablog.com ameblo.jp business.site negocio.site negocios.site business.page company.site ola.click myshopify.com bigcartel.com
ecwid.com prestashop.net mybigcommerce.com shopware.store shoplazza.com mitiendanube.com nuvemshop.com.br lojavirtualnuvem.com.br
lojaintegrada.com.br tictail.com storenvy.com sumupstore.com sumup.link palbin.com github.io githubpreview.dev gitlab.io bitbucket.io
netlify.app vercel.app now.sh pages.dev workers.dev herokuapp.com firebaseapp.com web.app appspot.com onrender.com fly.dev surge.sh
glitch.me replit.app repl.co streamlit.app azurewebsites.net azurestaticapps.net cloudfront.net amazonaws.com amplifyapp.com
elasticbeanstalk.com digitaloceanspaces.com ondigitalocean.app railway.app deno.dev lovable.app bolt.host bubbleapps.io softr.app
glide.page glideapp.io adalo.com notion.site super.site potion.so gitbook.io readthedocs.io atlassian.net helpscoutdocs.com intercom.help
statuspage.io jobs.personio.de breezy.hr greenhouse.io myworkdayjobs.com 000webhostapp.com infinityfreeapp.com epizy.com byethost.com
freehostia.com awardspace.com x10host.com altervista.org free.fr pagesperso-orange.fr e-monsite.com perso.sfr.fr online.fr beepworld.de
npage.de homepage-baukasten.de de.tl es.tl page.tl hpage.com chayns.site chayns.net local.business dudaone.com multiscreensite.com
dudamobile.com canva.site myspreadshop.com myspreadshop.de tistory.com mobirisesite.com home.blog codeberg.page nicepage.io pb.online
dorik.io oopy.io ghost.io ck.page stores.jp base.shop empretienda.com.ar neocities.org ning.com wikidot.com fandom.com pbworks.com
eklablog.com hashnode.dev bitrix24.site eatbu.com cargo.site myportfolio.com gamma.site base44.app manus.space replit.dev
unicornplatform.page typedream.app umso.co mixo.io v0.build same.app emergentagent.com databutton.app b12.site b12sites.com durable.site
mobirise.site limewire.site wegic.app readdy.site anima.app plasmic.site wstd.io dorik.com versoly.page brizy.site webflow.site
strikingly.io mystrikingly.cn sitey.me sitew.com sitew.fr sitelio.me homesteadcloud.com ionos.space live-website.com my-free.website
website.live apps-1and1.net onlinehome.us 1and1.site s.strato.de stratoserver.net one.bio wixwebsite.com wix.site myjimdo.com
jimdosites.com freeshell.de page4.com page4.me cms4people.de homepage-buttler.de npage.at beepworld.it over-blog.net wordpress.net
wpengine.com wpmudev.host wpmu.dev instawp.xyz tastewp.com lws-hosting.com 1s.fr pagesjaunes-sites.fr monsite-orange.fr godaddysites.net
secureserver.net mysite.com websites.co.in mydukaan.io shopclues.store catalog.to storefront.site bigcommerce.site
vtexcommercestable.com.br mercadoshops.com.ar mercadoshops.com.mx mercadoshops.com.br shops.co booqable.shop snipcart.app fourthwall.app
kong.app bigcartel.store selly.store square.online squareup.site plesk.page cprapid.com hstgr.io hostinger.page hostingersites.com
20i.site sg-host.com temp.site temp-site.link framer.site framercanvas.com framer.link readymag.website vev.site cargo.website
semplice.site adobe.site notion.page popsy.site simple.ink feather.blog bullet.site super.so sotion.so oneblock.page hashnode.net write.as
bearblog.dev mataroa.blog micro.blog svbtle.com beehiiv.site substack.site listed.to carrd.site ju.mp milkshake.website umso.site
landen.co unbounce.page unbouncepages.com instapage.page pagedemo.co swipe.site leadpages.site ontraport.net groovepages.com
groovesell.com zoholandingpage.com zohosites.com zohobookings.com formstack.io tally.page outgrow.us heyflow.site heyflow.app
nextcloud.site r2.dev trycloudflare.com ngrok.io ngrok.app ngrok-free.app loca.lt lhr.life run.app hosted.app cloudfunctions.net
vercel.dev zeabur.app koyeb.app northflank.app cyclic.app deta.app codeanyapp.com csb.app stackblitz.io webcontainer.io hf.space
gradio.live shinyapps.io posit.cloud rpubs.com quarto.pub plotly.app anvil.app wikia.com miraheze.org shoutwiki.com wikispaces.com
fandom.wiki freeforums.net forumotion.com discourse.group mn.co bettermode.io tribe.so circle.community teachable.site thinkific.site
bookingpage.app simplybook.asia square.appointments glossgenius.com as.me bookedby.me setmore.site
`;

/**
 * Companies whose hosts hold pages of other companies. The host alone is their own domain; a page there (`dropbox.com/s/…`) is none,
 * and a subdomain (`acme.slack.com`) belongs to a customer.
 */
const vendors = `
walmart.* rakuten.* zalando.* cdiscount.* bestbuy.* homedepot.* wayfair.* ionos.* strato.* ovh.* ovhcloud.* godaddy.* hostinger.*
namecheap.* strikingly.* dropbox.com box.com wetransfer.com mega.nz hubspot.com slack.com zoom.us asana.com trello.com airtable.com
monday.com clickup.com figma.com miro.com loom.com canva.com typeform.com jotform.com surveymonkey.com tally.so squarespace.com
shopify.com wix.com zendesk.com freshdesk.com freshworks.com intercom.com salesforce.com force.com pipedrive.com zoho.com teamtailor.com
lever.co bamboohr.com workable.com recruitee.com smartrecruiters.com ashbyhq.com personio.com personio.de softr.io bubble.io mailchimp.com
sendgrid.com stripe.com paypal.com docusign.com pandadoc.com proposify.com evernote.com microsoft.com office.com apple.com adobe.com
reuters.com forbes.com techcrunch.com sifted.eu substackcdn.com skool.com whop.com kajabi.com thinkific.com podia.com circle.so odoo.com
bitrix24.com replit.com kaggle.com strava.com getyourguide.com klook.com tiqets.com musement.com domestika.org coursera.org edx.org
preply.com italki.com contra.com squareup.com venmo.com coda.io toasttab.com chownow.com flipdish.com covermanager.com sevenrooms.com
pitch.com genially.com padlet.com framer.com smugmug.com format.com pixieset.com zenfolio.com gamma.app durable.co catawiki.com
chrono24.com backmarket.com dice.fm ottogroup.com costco.com target.com newegg.com overstock.com mediamarkt.de mediamarkt.es saturn.de
elcorteingles.es carrefour.es carrefour.fr leroymerlin.es leroymerlin.fr darty.com laredoute.fr conforama.fr boulanger.com galaxus.ch
galaxus.de digitec.ch coolblue.nl wehkamp.nl aboutyou.de farfetch.com 1und1.de 1and1.com one.com loopia.se simply.com gandi.net
bluehost.com hostgator.com siteground.com dreamhost.com porkbun.com vercel.com cloudflare.com supabase.com render.com railway.com
heroku.com digitalocean.com elementor.com webflow.com duda.co site123.com tilda.cc ucraft.com durable.com brizy.io unbounce.com
instapage.com leadpages.com clickfunnels.io activecampaign.com getresponse.com brevo.com sendinblue.com klaviyo.com mailerlite.com
beehiiv.io kit.com atlassian.com notion.com gitbook.com readme.com intercom.io helpscout.com crisp.chat tawk.to drift.com eventive.org
cvent.com bizzabo.com swapcard.com b2match.com goldcast.io livestorm.co webex.com gotomeeting.com whereby.com crowdcast.io hootsuite.com
buffer.com later.com sproutsocial.com semrush.com ahrefs.com wistia.com vidyard.com businessinsider.com entrepreneur.com fastcompany.com
venturebeat.com prnewswire.com businesswire.com globenewswire.com einpresswire.com uber.com nykaa.com flipkart.com meesho.com snapdeal.com
jd.com pinduoduo.com coupang.com gmarket.co.kr 11st.co.kr mercari.com zozo.jp qoo10.jp qoo10.com carousell.com carousell.sg trademe.co.nz
realestate.com.au domain.com.au carsales.com.au seek.com.au truelocal.com.au oneflare.com.au hipages.com.au airtasker.com
localsearch.com.au takealot.com jumia.com konga.com jiji.ng noon.com dubizzle.com bayut.com propertyfinder.ae hepsiburada.com trendyol.com
n11.com sahibinden.com gittigidiyor.com emag.ro olx.ro okazii.ro emag.hu emag.bg heureka.cz heureka.sk zbozi.cz firmy.cz mall.cz aukro.cz
bazos.cz jofogas.hu arukereso.hu skroutz.gr xe.gr vrisko.gr allegro.cz allegro.sk allegro.hu ceneo.pl oferia.pl pracuj.pl panoramafirm.pl
aleo.com oferteo.pl fixly.pl booksy.net blocket.se tradera.com hemnet.se hitta.se eniro.se allabolag.se finn.no proff.no proff.se proff.dk
gulesider.no 1881.no dba.dk krak.dk virk.dk tori.fi finder.fi fonecta.fi kauppalehti.fi asiakastieto.fi cvonline.lt hh.ru rabota.ru
ozon.ru market.yandex.ru prom.ua rozetka.com.ua work.ua mercadopago.com linio.com falabella.com magazineluiza.com.br magalu.com
americanas.com.br casasbahia.com.br elo7.com.br enjoei.com.br getninjas.com.br reclameaqui.com.br catho.com.br vagas.com.br gupy.io
solides.jobs guiamais.com.br telelistas.net apontador.com.br despegar.com bumeran.com zonajobs.com.ar occ.com.mx seccionamarilla.com.mx
paginasamarillas.com.co amarillas.cl yapo.cl comparis.ch anibis.ch tutti.ch homegate.ch immoscout24.ch immoscout24.at karriere.at
firmenbuch.at derstandard.at jobs.ch check24.de otto.de kaufland.de conrad.de idealo.de idealo.es geizhals.de billiger.de avocadostore.de
dawanda.com faire.com orderchamp.com tundra.com joor.com abound.com creoate.com fordaq.com exapro.com machineseeker.com maschinensucher.de
directindustry.com archiproducts.com archiexpo.com medicalexpo.com europages.pl go4worldbusiness.com ec21.com tradekey.com tradeford.com
exportersindia.com globalspec.com iqsdirectory.com mfg.com xometry.com kvk.nl graydon.be companyweb.be staatsbladmonitor.be
trendstop.knack.be societe.ninja annuaire-entreprises.data.gouv.fr bodacc.fr score3.fr mappy.fr 118000.fr 118218.fr horaires.fr
starofservice.com needhelp.com meilleurtaux.com meilleursagents.com bienici.com logic-immo.com pap.fr paruvendu.fr apec.fr cadremploi.fr
hellowork.com regionsjob.com francetravail.fr pole-emploi.fr guiaempresas.universia.es elinforma.com eleconomista.es libreborme.net
paginas-amarillas.es qdq.com milanuncios.es tablondeanuncios.com infoisinfo.es pisos.com yaencontre.com tucasa.com indeed.jobs
tecnoempleo.com infoempleo.com turijobs.com jobtoday.com guiamichelin.com racius.com einforma.pt pai.pt sapo.pt custojusto.pt
standvirtual.com imovirtual.com net-empregos.com zaask.pt zaask.com misterimprese.it tuttocitta.it virgilio.it reteimprese.it
ufficiocamerale.it fatturatoitalia.it atoka.io pagineprofessionisti.it prontopro.it prontopro.es casa.it bakeca.it kijiji.it
companyreports.it endole.co.uk checkfree.co.uk 192.com thomsonlocal.com scoot.co.uk freeindex.co.uk ratedpeople.com trustatrader.co.uk
reviews.io reviews.co.uk feefo.com autotrader.co.uk autotrader.com cars.com cargurus.com carvana.com carfax.com spareroom.co.uk
onthemarket.com reed.co.uk totaljobs.com cv-library.co.uk trulia.com redfin.com apartments.com homes.com loopnet.com crexi.com costar.com
hotpads.com birdeye.com podium.com sitejabber.com resellerratings.com pissedconsumer.com consumeraffairs.com complaintsboard.com
glassdoor.jobs buildzoom.com angieslist.org expertise.com upcity.com designrush.com themanifest.com topdevelopers.co selectedfirms.co
agencyspotter.com linkedin-jobs.com ziprecruiter.com ziprecruiter.co.uk simplyhired.com careerbuilder.com dice.com hired.com monster.com
monster.de monster.fr monster.it monster.es monster.ca monster.co.uk naukri.com timesjobs.com shine.com jobstreet.com jobsdb.com
themuse.com builtin.com otta.com remoteok.com weworkremotely.com remote.co flexjobs.com workatastartup.com ycombinator.jobs jobs.lever.co
jobs.ashbyhq.com boards.greenhouse.io apply.workable.com jobs.smartrecruiters.com careers.smartrecruiters.com recruiting.paylocity.com
recruiting.ultipro.com bullhornstaffing.com joblift.de jobware.de yourfirm.de gehalt.de jobvector.de meinpraktikum.de xing.to
stellenanzeigen.de arbeitsagentur.de jobs.de alternative.to appstorespy.com chromewebstore.google.com addons.mozilla.org
marketplace.visualstudio.com store.steampowered.com epicgames.com gog.com apps.shopify.com appexchange.salesforce.com
marketplace.atlassian.com zapier.com wordpress.org themeforest.net codecanyon.net envato.com creativemarket.com gitee.com gitea.com
codeberg.org sourcehut.org sr.ht gist.github.com raw.githubusercontent.com jsfiddle.net codesandbox.io stackblitz.com glitch.com crates.io
rubygems.org packagist.org nuget.org hub.docker.com docker.com readme.io devpost.com hackerone.com devfolio.co hackerearth.com
hackerrank.com leetcode.com observablehq.com paperswithcode.com orcid.org arxiv.org ssrn.com partiful.com ra.co residentadvisor.net
allevents.in eventbrite.sg splashthat.com hopin.com airmeet.com bevy.com meetup.de ti.to tito.io pretix.eu weezevent.com billetweb.fr
shotgun.live entradium.com ticketea.com fever.up.com feverup.com sympla.com.br humanitix.com trybooking.com universe.com skiddle.com
seetickets.com xceed.me evbuc.com 10times.com conferencealerts.com sessionize.com luma.events runsignup.com active.com printful.me
printify.me bonfire.com spring.com threadless.com fineartamerica.com saatchiart.com artsy.net singulart.com society6.net shapeways.com
cults3d.com thingiverse.com masterclass.com skillshare.net classpass.com mindbody.io wellhub.com urbansportsclub.de eversports.de
eversports.at menufy.com beyondmenu.com clover.com spoton.com resos.com tablecheck.com eatapp.co tock.com zenchef.com bookatable.com
dish.co cozymeal.com yably.ca opencare.com ratemymd.ca caredash.com sharecare.com wellness.com onedoc.ch deindeal.ch samedi.de
arzt-auskunft.de sanego.de docfinder.at lybrate.com 1mg.com whatclinic.com bookimed.com traveloka.com hostelbookers.com hrs.com hrs.de
tripadvisor.cn ctrip.com trip.com makemytrip.com goibibo.com oyorooms.com edreams.com edreams.es lastminute.com opodo.com destinia.com
escapadarural.com clubrural.com toprural.com casamundo.de fewo-direkt.de traum-ferienwohnungen.de chambres-hotes.fr agriturismo.it
bedandbreakfast.eu bedandbreakfast.it campingcard.com pitchup.com campspace.com hipcamp.com republic.com classy.org linq.com popl.co
hihello.me blinq.me bolt.eu companisto.com eduzz.com digistore24.com copecart.com lemonsqueezy.com sellfy.com buzzsprout.com acast.com
simplecast.com lovable.dev v0.app v0.dev bolt.new emergent.sh rocket.new create.xyz createanything.com tempo.build 8b.io codedesign.app
hocoos.com relume.io mobirise.com builder.io trickle.so orchids.app ghost.org gitpod.io kartra.com simvoly.com builderall.com fillout.com
involve.me wufoo.com paperform.co netlify.com jumpseller.com dukaan.io instamojo.com site.pro websitebuilder.com pythonanywhere.com
posthaven.com proboards.com tapatalk.com mightynetworks.com hivebrite.com uscreen.io learnworlds.com schedulista.com teleporthq.app
webstudio.is readymag.com convertri.com zohopublic.com cratejoy.com branch.io short.io
`;

const vendorHosts: ReadonlySet<string> = listOf(vendors);
const platformHosts: ReadonlySet<string> = listOf(platforms);
const builderHosts: ReadonlySet<string> = listOf(builders);

function listOf(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/).filter((host) => host !== ''));
}

/**
 * What a host is, in canonical form: `platform` for a host that many share, `customer` for the subdomain of one customer of a site
 * builder; undefined for all others.
 * @param more further hosts of the first kind, from the mapping file.
 * @param isPage true if the address names a page on the host that may be another company's.
 */
export function sharedHostKind(
  host: string,
  more: readonly string[] = [],
  isPage = false,
): 'platform' | 'customer' | undefined {
  for (let rest = host; rest.includes('.'); rest = rest.slice(rest.indexOf('.') + 1)) {
    const isIn = (hosts: ReadonlySet<string>) => hosts.has(rest) || hosts.has(inAnyCountry(rest));
    if (isIn(platformHosts) || more.includes(rest)) return 'platform';
    if (isIn(vendorHosts)) {
      if (isPage || serviceHost.test(host)) return 'platform';
      if (rest !== host) return 'customer';
    }
    if (isIn(builderHosts)) return rest === host ? 'platform' : 'customer';
  }
  return undefined;
}

/** `amazon.co.jp` → `amazon.*`; the host itself if its suffix is of no country. */
function inAnyCountry(host: string): string {
  return host.replace(/^([^.]+)\.(?:com|net|org|[a-z]{2}|(?:com?|or|ne)\.[a-z]{2})$/, '$1.*');
}

/** Subdomains that a vendor uses for all customers. */
const serviceHost =
  /^(?:app|apps|my|go|get|try|share|docs|drive|files|meet|meetings|teams|forms|form|survey|jobs|apply|appsource|marketplace|api|login|accounts|status|support|help|podcasts|itunes|sites|view|pages)\./;
