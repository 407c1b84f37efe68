/**
 * Hosts whose pages belong to many companies or people. A page there identifies no company by its host, and the host is no company's
 * domain. The companies that run these hosts are found by their LinkedIn page or name instead.
 *
 * Subdomains count as well: `m.facebook.com` and `es.linkedin.com` are the same platforms.
 */
const platforms = `
facebook.com fb.com fb.me fb.watch m.me messenger.com instagram.com instagr.am threads.net threads.com whatsapp.com wa.me wa.link
linkedin.com lnkd.in xing.com viadeo.com twitter.com x.com t.co tiktok.com youtube.com youtu.be vimeo.com dailymotion.com twitch.tv
pinterest.com pinterest.es pinterest.de pinterest.fr pinterest.it pinterest.co.uk pinterest.pt pinterest.at pinterest.ch pinterest.ca
pin.it snapchat.com reddit.com tumblr.com quora.com vk.com ok.ru weibo.com wechat.com weixin.qq.com line.me lin.ee kakao.com
t.me telegram.me telegram.org telegram.dog discord.gg discord.com signal.me viber.com mastodon.social
bsky.app flickr.com 500px.com behance.net dribbble.com deviantart.com artstation.com soundcloud.com spotify.com bandcamp.com
mixcloud.com medium.com substack.com patreon.com ko-fi.com buymeacoffee.com onlyfans.com gofundme.com kickstarter.com indiegogo.com
clubhouse.com nextdoor.com nextdoor.es nextdoor.de nextdoor.fr nextdoor.it nextdoor.co.uk meetup.com eventbrite.com eventbrite.es
eventbrite.de eventbrite.fr eventbrite.it eventbrite.co.uk eventbrite.ca eventbrite.com.au luma.com lu.ma
google.com google.es google.de google.fr google.it google.pt google.nl google.be google.at google.ch google.pl google.se google.dk
google.no google.fi google.ie google.co.uk google.ca google.com.au google.com.br google.com.mx google.com.ar google.co.in google.co.jp
google.co.za g.page g.co goo.gl forms.gle maps.app.goo.gl page.link bing.com yahoo.com duckduckgo.com icloud.com
live.com onedrive.com 1drv.ms sharepoint.com notion.so 
calendly.com doodle.com cal.com issuu.com scribd.com
slideshare.net prezi.com bit.ly tinyurl.com ow.ly buff.ly rebrand.ly cutt.ly is.gd t.ly rb.gy shorturl.at
linktr.ee beacons.ai beacons.page linkin.bio campsite.bio campsite.to tap.bio taplink.cc lnk.bio bio.link bio.site
bio.fm solo.to msha.ke hoo.be koji.to withkoji.com allmylinks.com linkpop.com link.me linkbio.co linkfly.to snipfeed.co
stan.store about.me flow.page flowcode.com flowpage.com heylink.me instabio.cc shor.by shorby.com contactinbio.com
many.link znap.link direct.me pillar.io magic.ly mez.ink lnk.to smarturl.it ffm.to fanlink.to linkfire.com 
card.co
crunchbase.com angel.co wellfound.com f6s.com 
glassdoor.com glassdoor.es glassdoor.de glassdoor.fr glassdoor.co.uk indeed.com indeed.es indeed.de indeed.fr
kununu.com infojobs.net stepstone.de welcometothejungle.com jobteaser.com github.com gitlab.com bitbucket.org
sourceforge.net npmjs.com pypi.org stackoverflow.com huggingface.co wikipedia.org wikidata.org imdb.com
companieshouse.gov.uk northdata.de northdata.com unternehmensregister.de societe.com infogreffe.fr pappers.fr verif.com einforma.com
axesor.es infocif.es empresite.eleconomista.es opencorporates.com kompass.com europages.com europages.es europages.de
europages.fr europages.it europages.co.uk wlw.de thomasnet.com
yelp.com yelp.es yelp.de yelp.fr yelp.it yelp.co.uk yelp.ca tripadvisor.com tripadvisor.es tripadvisor.de tripadvisor.fr
tripadvisor.it tripadvisor.co.uk tripadvisor.ca tripadvisor.com.br tripadvisor.com.mx tripadvisor.pt foursquare.com trustpilot.com
trustedshops.de provenexpert.com g2.com capterra.com capterra.es clutch.co goodfirms.co sortlist.com sortlist.es malt.com malt.fr
malt.es malt.de upwork.com fiverr.com freelancer.com 99designs.com toptal.com workana.com thumbtack.com houzz.com houzz.es
houzz.de houzz.fr houzz.it houzz.co.uk habitissimo.es habitissimo.it cronoshare.com angi.com angieslist.com homeadvisor.com bbb.org
manta.com yellowpages.com yell.com paginasamarillas.es paginegialle.it pagesjaunes.fr gelbeseiten.de dasoertliche.de 11880.com
goldenpages.ie goudengids.nl goudengids.be herold.at local.ch search.ch cylex.de cylex.es cylex-uk.co.uk hotfrog.com hotfrog.es
yalwa.com tupalo.com brownbook.net infobel.com waze.com mapquest.com
amazon.com amazon.es amazon.de amazon.fr amazon.it amazon.co.uk amazon.nl amazon.com.be amazon.pl amazon.se amazon.pt amazon.ca
amazon.com.mx amazon.com.br amazon.com.au amazon.in amazon.co.jp amazon.ae amazon.sa amazon.sg amazon.com.tr amzn.to amzn.eu a.co
ebay.com ebay.es ebay.de ebay.fr ebay.it ebay.co.uk ebay.nl ebay.be ebay.at ebay.ch ebay.pl ebay.ie ebay.ca ebay.com.au ebay.us
etsy.com etsy.me aliexpress.com aliexpress.us alibaba.com 1688.com taobao.com tmall.com made-in-china.com globalsources.com
dhgate.com temu.com shein.com bol.com cdiscount.com fnac.com fnac.es rakuten.com rakuten.co.jp
allegro.pl mercadolibre.com mercadolibre.com.ar mercadolibre.com.mx
mercadolibre.com.co mercadolibre.cl mercadolivre.com.br mercadoshops.com olx.com olx.pl olx.pt olx.com.br leboncoin.fr wallapop.com
milanuncios.com vinted.com vinted.es vinted.fr vinted.de kleinanzeigen.de ebay-kleinanzeigen.de willhaben.at ricardo.ch marktplaats.nl
2dehands.be subito.it gumtree.com craigslist.org idealista.com idealista.it idealista.pt fotocasa.es habitaclia.com immobilienscout24.de
immowelt.de seloger.com immobiliare.it rightmove.co.uk zoopla.co.uk zillow.com realtor.com autoscout24.com autoscout24.de mobile.de
coches.net ankorstore.com depop.com poshmark.com redbubble.com society6.com teepublic.com teespring.com spreadshirt.com
zazzle.com gumroad.com udemy.com teachable.com skillshare.com hotmart.com ticketmaster.com ticketmaster.es viagogo.com 
airbnb.com airbnb.es airbnb.de airbnb.fr airbnb.it airbnb.co.uk airbnb.pt airbnb.ca airbnb.mx airbnb.com.br airbnb.com.au booking.com
expedia.com expedia.es expedia.de expedia.co.uk hotels.com vrbo.com agoda.com trivago.com trivago.es trivago.de kayak.com kayak.es
hostelworld.com rentalia.com holidu.com holidu.de homeaway.com abritel.fr gites-de-france.com viator.com 
civitatis.com skyscanner.com skyscanner.net
opentable.com opentable.de opentable.co.uk thefork.com thefork.es thefork.fr thefork.it eltenedor.es lafourchette.com quandoo.com
quandoo.de resy.com exploretock.com glovoapp.com glovo.com ubereats.com deliveroo.com deliveroo.co.uk deliveroo.fr
deliveroo.it just-eat.com just-eat.es just-eat.co.uk justeat.it lieferando.de lieferando.at takeaway.com thuisbezorgd.nl doordash.com
grubhub.com foodpanda.com wolt.com rappi.com ifood.com.br pedidosya.com zomato.com 
doctolib.com doctolib.fr doctolib.de doctolib.it doctoralia.com doctoralia.es doctoralia.com.mx doctoralia.com.br jameda.de
miodottore.it znanylekarz.pl topdoctors.es zocdoc.com healthgrades.com practo.com treatwell.com treatwell.es treatwell.de treatwell.fr
treatwell.it treatwell.co.uk treatwell.nl fresha.com booksy.com planity.com vagaro.com mindbodyonline.com styleseat.com
setmore.com simplybook.me acuityscheduling.com appointy.com salonized.com gympass.com urbansportsclub.com
zoominfo.com dnb.com rocketreach.co signalhire.com bloomberg.com pitchbook.com owler.com craft.co producthunt.com archive.org
company-information.service.gov.uk registroimprese.it paginebianche.it firmenabc.at goyellow.de meinestadt.de golocal.de justdial.com
indiamart.com avvo.com psychologytoday.com academia.edu researchgate.net apps.apple.com podcasts.apple.com
blog.naver.com smartstore.naver.com zhihu.com zalo.me truthsocial.com vk.ru deliveroo.es shopee.sg shopee.com.br lazada.sg
hubs.ly mailchi.mp eepurl.com milkshake.app
apollo.io lusha.com builtwith.com similarweb.com ycombinator.com tracxn.com cbinsights.com getapp.com getapp.es softwareadvice.com
trustradius.com leadiq.com seamless.ai cognism.com hunter.io snov.io clay.com kaspr.io adapt.io contactout.com datanyze.com
leadfeeder.com aeroleads.com growjo.com buzzfile.com rocketreach.com theorg.com comparably.com ambitionbox.com tradeindia.com
startupranking.com dealroom.co eu-startups.com gust.com seedrs.com crowdcube.com stackshare.io alternativeto.net saashub.com appsumo.com
getlatka.com bebee.com jooble.org lead411.com uplead.com salesintel.io zoominfo.de dropcontact.com findymail.com wiza.co
rumble.com odysee.com mastodon.online mas.to goodreads.com letterboxd.com last.fm deezer.com tidal.com dev.to hashnode.com
hackernoon.com indiehackers.com codepen.io linkedin.cn doximity.com bark.com checkatrade.com trustatrader.com mybuilder.com myhammer.de
werkspot.nl doctify.com vitals.com ratemds.com lawyers.com justia.com findlaw.com superlawyers.com martindale.com anwalt.de tuugo.es
vulka.es infoempresa.com manageo.fr infonet.fr 118712.fr mappy.com petitfute.com guide.michelin.com hotelscombined.com weddingwire.com
theknot.com bodas.net zankyou.com matrimonio.com mariages.net menulog.com songkick.com bandsintown.com tickettailor.com
eventbrite.com.mx superprof.es superprof.com classgap.com tusclasesparticulares.com linktree.com hopp.bio bento.me read.cv polywork.com
cargocollective.com paypal.me cash.app goteo.org verkami.com ulule.com startnext.com justgiving.com globalgiving.org guidestar.org
wikiwand.com baidu.com douyin.com xiaohongshu.com bilibili.com naver.com 2gis.ru avito.ru wildberries.ru mercadolibre.com.pe
mercadolibre.com.uy tokopedia.com lazada.com.my lazada.com shopee.com shopee.es vinted.co.uk todocoleccion.net reverb.com discogs.com
itch.io steamcommunity.com share.google openstreetmap.org what3words.com posts.gle tidycal.com youcanbook.me simplybook.it reservio.com
picktime.com order.online thefork.pt salonkee.lu
`;

/**
 * Hosts that give each customer a subdomain: site builders, shops, blogs. `acme.wixsite.com` is one customer's page and identifies him
 * as a whole; the host alone identifies no one. Neither is a company's own domain.
 */
const builders = `
wixsite.com wixstudio.com wixstudio.io editorx.io weebly.com weeblysite.com square.site 
webflow.io framer.website framer.app framer.ai framer.media framer.photos framer.wiki carrd.co strikingly.com mystrikingly.com
site123.me jimdosite.com jimdo.com jimdofree.com jimdoweb.com webnode.com webnode.es webnode.fr webnode.it webnode.page webnode.cz
webnode.at webnode.com.br yolasite.com ucraft.net ucraft.site tilda.ws tildacdn.com mozello.com mozellosite.com simdif.com zyrosite.com
hostingersite.com builderallwp.com ueniweb.com ueni.com godaddysites.com yola.com doodlekit.com webs.com freewebs.com tripod.com
angelfire.com homestead.com moonfruit.com bravesites.com voog.com edicypages.com onepage.me onepage.website 
leadpages.co lpages.co clickfunnels.com myclickfunnels.com systeme.io swipepages.net getresponsepages.com
getresponsesite.com mailchimpsites.com hubspotpagebuilder.com hubspotpagebuilder.eu hs-sites.com hs-sites-eu1.com hsforms.com
activehosted.com ac-page.com mykajabi.com 
wordpress.com wpcomstaging.com wpenginepowered.com kinsta.cloud pantheonsite.io flywheelsites.com cloudwaysapps.com
blogspot.com blogspot.de blogspot.fr blogspot.it blogspot.co.uk blogspot.com.es blogspot.com.br blogspot.com.ar blogspot.mx
blogger.com typepad.com livejournal.com over-blog.com canalblog.com overblog.com skyrock.com hatenablog.com ameblo.jp
business.site negocio.site negocios.site webador.com webador.es webador.de webador.fr business.page company.site ola.click
myshopify.com bigcartel.com ecwid.com prestashop.net mybigcommerce.com shopware.store shoplazza.com
tiendanube.com mitiendanube.com nuvemshop.com.br lojavirtualnuvem.com.br lojaintegrada.com.br tictail.com storenvy.com sumupstore.com
sumup.link palbin.com
github.io githubpreview.dev gitlab.io bitbucket.io netlify.app vercel.app now.sh pages.dev workers.dev herokuapp.com
firebaseapp.com web.app appspot.com onrender.com fly.dev surge.sh glitch.me replit.app repl.co streamlit.app
azurewebsites.net azurestaticapps.net cloudfront.net amazonaws.com amplifyapp.com elasticbeanstalk.com digitaloceanspaces.com
ondigitalocean.app railway.app deno.dev lovable.app bolt.host bubbleapps.io softr.app glide.page glideapp.io adalo.com
notion.site super.site potion.so gitbook.io readthedocs.io atlassian.net helpscoutdocs.com intercom.help
statuspage.io jobs.personio.de breezy.hr 
greenhouse.io myworkdayjobs.com 
000webhostapp.com infinityfreeapp.com epizy.com byethost.com freehostia.com awardspace.com x10host.com altervista.org
free.fr pagesperso-orange.fr e-monsite.com perso.sfr.fr online.fr beepworld.de npage.de homepage-baukasten.de de.tl es.tl
page.tl hpage.com chayns.site chayns.net local.business dudaone.com multiscreensite.com dudamobile.com
canva.site myspreadshop.com myspreadshop.de tistory.com mobirisesite.com home.blog codeberg.page nicepage.io pb.online dorik.io
oopy.io ghost.io ck.page stores.jp base.shop empretienda.com.ar
neocities.org ning.com wikidot.com fandom.com pbworks.com eklablog.com
hashnode.dev bitrix24.site eatbu.com cargo.site myportfolio.com gamma.site base44.app manus.space replit.dev unicornplatform.page
typedream.app umso.co mixo.io
`;

/**
 * Companies whose hosts hold pages of other companies. The host alone is their own domain; a page there (`dropbox.com/s/…`) is none,
 * and a subdomain (`acme.slack.com`) belongs to a customer.
 */
const vendors = `
dropbox.com box.com wetransfer.com mega.nz hubspot.com slack.com zoom.us asana.com trello.com airtable.com monday.com clickup.com
figma.com miro.com loom.com canva.com typeform.com jotform.com surveymonkey.com tally.so squarespace.com shopify.com wix.com
zendesk.com freshdesk.com freshworks.com intercom.com salesforce.com force.com pipedrive.com zoho.com teamtailor.com lever.co
bamboohr.com workable.com recruitee.com smartrecruiters.com ashbyhq.com personio.com personio.de softr.io bubble.io
mailchimp.com sendgrid.com stripe.com paypal.com docusign.com pandadoc.com proposify.com evernote.com microsoft.com office.com
apple.com adobe.com reuters.com forbes.com techcrunch.com sifted.eu substackcdn.com
skool.com whop.com kajabi.com thinkific.com podia.com circle.so odoo.com bitrix24.com replit.com kaggle.com strava.com getyourguide.com
klook.com tiqets.com musement.com domestika.org coursera.org edx.org preply.com italki.com contra.com squareup.com venmo.com coda.io
toasttab.com chownow.com flipdish.com covermanager.com sevenrooms.com pitch.com genially.com padlet.com framer.com smugmug.com
format.com pixieset.com zenfolio.com gamma.app durable.co catawiki.com chrono24.com backmarket.com dice.fm
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
 * @param isPage true if the address names a page on the host.
 */
export function sharedHostKind(
  host: string,
  more: readonly string[] = [],
  isPage = false,
): 'platform' | 'customer' | undefined {
  for (let rest = host; rest.includes('.'); rest = rest.slice(rest.indexOf('.') + 1)) {
    if (platformHosts.has(rest) || more.includes(rest)) return 'platform';
    if (vendorHosts.has(rest) && (isPage || serviceHost.test(host))) return 'platform';
    if (vendorHosts.has(rest) && rest !== host) return 'customer';
    if (builderHosts.has(rest)) return rest === host ? 'platform' : 'customer';
  }
  return undefined;
}

/** Subdomains that a vendor uses for all customers. */
const serviceHost =
  /^(?:app|apps|my|go|get|try|share|docs|drive|files|meet|meetings|teams|forms|form|survey|jobs|apply|appsource|marketplace|api|login|accounts|status|support|help|podcasts|itunes|sites|view|pages)\./;
