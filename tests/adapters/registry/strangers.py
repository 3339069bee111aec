"""Databases of well-known programs from their public descriptions, as far as they hold people; and home-made ones.

What their columns hold was written down before `mailbot datamap discover` saw them: at first sight it found 69 of
the 81 in the three shops, then 59 of the 64 in the others, by names alone. None has rows.
"""

from collections.abc import Mapping

EMAIL, PHONE, NAME = "user.contact.email", "user.contact.phone_number", "user.name"
ADDRESS, IP = "user.contact.address", "user.device.ip_address"

Holds = Mapping[str, Mapping[str, str]]

OPENCART = """
CREATE TABLE oc_customer (
    customer_id INTEGER PRIMARY KEY, customer_group_id INTEGER, store_id INTEGER, firstname VARCHAR(32),
    lastname VARCHAR(32), email VARCHAR(96), telephone VARCHAR(32), fax VARCHAR(32), password VARCHAR(255),
    newsletter INTEGER, address_id INTEGER, ip VARCHAR(40), status INTEGER, safe INTEGER, token TEXT,
    date_added TIMESTAMP);
CREATE TABLE oc_address (
    address_id INTEGER PRIMARY KEY, customer_id INTEGER, firstname VARCHAR(32), lastname VARCHAR(32), company
    VARCHAR(40), address_1 VARCHAR(128), address_2 VARCHAR(128), city VARCHAR(128), postcode VARCHAR(10),
    country_id INTEGER, zone_id INTEGER);
CREATE TABLE oc_order (
    order_id INTEGER PRIMARY KEY, invoice_no INTEGER, store_name VARCHAR(64), store_url VARCHAR(255),
    customer_id INTEGER, firstname VARCHAR(32), lastname VARCHAR(32), email VARCHAR(96), telephone
    VARCHAR(32), fax VARCHAR(32), payment_firstname VARCHAR(32), payment_lastname VARCHAR(32),
    payment_address_1 VARCHAR(128), payment_city VARCHAR(128), payment_postcode VARCHAR(10), payment_country
    VARCHAR(128), payment_method VARCHAR(128), payment_code VARCHAR(128), shipping_firstname VARCHAR(32),
    shipping_lastname VARCHAR(32), shipping_address_1 VARCHAR(128), shipping_city VARCHAR(128),
    shipping_postcode VARCHAR(10), shipping_method VARCHAR(128), comment TEXT, total DECIMAL(15,4),
    order_status_id INTEGER, ip VARCHAR(40), forwarded_ip VARCHAR(40), user_agent VARCHAR(255),
    accept_language VARCHAR(255), date_added TIMESTAMP);
CREATE TABLE oc_order_product (
    order_product_id INTEGER PRIMARY KEY, order_id INTEGER, product_id INTEGER, name VARCHAR(255), model
    VARCHAR(64));
CREATE TABLE oc_customer_ip (
    customer_ip_id INTEGER PRIMARY KEY, customer_id INTEGER, ip VARCHAR(40), date_added TIMESTAMP);
CREATE TABLE oc_customer_login (
    customer_login_id INTEGER PRIMARY KEY, email VARCHAR(96), ip VARCHAR(40), total INTEGER);
CREATE TABLE oc_review (
    review_id INTEGER PRIMARY KEY, product_id INTEGER, customer_id INTEGER, author VARCHAR(64), text TEXT,
    rating INTEGER);
CREATE TABLE oc_return (
    return_id INTEGER PRIMARY KEY, order_id INTEGER, customer_id INTEGER, firstname VARCHAR(32), lastname
    VARCHAR(32), email VARCHAR(96), telephone VARCHAR(32), product VARCHAR(255), comment TEXT);
CREATE TABLE oc_country (
    country_id INTEGER PRIMARY KEY, name VARCHAR(128), iso_code_2 VARCHAR(2), address_format TEXT,
    postcode_required INTEGER);
CREATE TABLE oc_manufacturer (
    manufacturer_id INTEGER PRIMARY KEY, name VARCHAR(64), image VARCHAR(255));
CREATE TABLE oc_product_description (
    product_id INTEGER PRIMARY KEY, name VARCHAR(255), description TEXT, meta_title VARCHAR(255))"""
OPENCART_HOLDS: Holds = {
    "oc_customer": {
        "firstname": NAME,
        "lastname": NAME,
        "email": EMAIL,
        "telephone": PHONE,
        "fax": PHONE,
        "ip": IP,
    },
    "oc_address": {
        "firstname": NAME,
        "lastname": NAME,
        "address_1": ADDRESS,
        "address_2": ADDRESS,
        "city": ADDRESS,
        "postcode": ADDRESS,
    },
    "oc_order": {
        "firstname": NAME,
        "lastname": NAME,
        "email": EMAIL,
        "telephone": PHONE,
        "fax": PHONE,
        "payment_firstname": NAME,
        "payment_lastname": NAME,
        "payment_address_1": ADDRESS,
        "payment_city": ADDRESS,
        "payment_postcode": ADDRESS,
        "payment_country": ADDRESS,
        "shipping_firstname": NAME,
        "shipping_lastname": NAME,
        "shipping_address_1": ADDRESS,
        "shipping_city": ADDRESS,
        "shipping_postcode": ADDRESS,
        "ip": IP,
        "forwarded_ip": IP,
    },
    "oc_customer_ip": {"ip": IP},
    "oc_customer_login": {"email": EMAIL, "ip": IP},
    "oc_review": {"author": NAME},
    "oc_return": {"firstname": NAME, "lastname": NAME, "email": EMAIL, "telephone": PHONE},
}

PRESTASHOP = """
CREATE TABLE ps_customer (
    id_customer INTEGER PRIMARY KEY, id_gender INTEGER, firstname VARCHAR(255), lastname VARCHAR(255), email
    VARCHAR(255), passwd VARCHAR(255), birthday DATE, newsletter INTEGER, ip_registration_newsletter
    VARCHAR(15), optin INTEGER, note TEXT, siret VARCHAR(14), date_add TIMESTAMP);
CREATE TABLE ps_address (
    id_address INTEGER PRIMARY KEY, id_country INTEGER, id_customer INTEGER, alias VARCHAR(32), company
    VARCHAR(255), lastname VARCHAR(255), firstname VARCHAR(255), address1 VARCHAR(128), address2 VARCHAR(128),
    postcode VARCHAR(12), city VARCHAR(64), other TEXT, phone VARCHAR(32), phone_mobile VARCHAR(32),
    vat_number VARCHAR(32));
CREATE TABLE ps_orders (
    id_order INTEGER PRIMARY KEY, reference VARCHAR(9), id_customer INTEGER, id_address_delivery INTEGER,
    id_address_invoice INTEGER, payment VARCHAR(255), total_paid DECIMAL(20,6));
CREATE TABLE ps_guest (
    id_guest INTEGER PRIMARY KEY, id_customer INTEGER, accept_language VARCHAR(8), mobile_theme INTEGER);
CREATE TABLE ps_connections (
    id_connections INTEGER PRIMARY KEY, id_guest INTEGER, ip_address BIGINT, http_referer VARCHAR(255));
CREATE TABLE ps_mail (
    id_mail INTEGER PRIMARY KEY, recipient VARCHAR(255), template VARCHAR(62), subject VARCHAR(255));
CREATE TABLE ps_message (
    id_message INTEGER PRIMARY KEY, id_customer INTEGER, id_order INTEGER, message TEXT);
CREATE TABLE ps_carrier (
    id_carrier INTEGER PRIMARY KEY, name VARCHAR(64), url VARCHAR(255));
CREATE TABLE ps_emailsubscription (
    id INTEGER PRIMARY KEY, email VARCHAR(255), ip_registration_newsletter VARCHAR(15), http_referer
    VARCHAR(255), active INTEGER)"""
PRESTASHOP_HOLDS: Holds = {
    "ps_customer": {"firstname": NAME, "lastname": NAME, "email": EMAIL, "ip_registration_newsletter": IP},
    "ps_address": {
        "lastname": NAME,
        "firstname": NAME,
        "address1": ADDRESS,
        "address2": ADDRESS,
        "postcode": ADDRESS,
        "city": ADDRESS,
        "phone": PHONE,
        "phone_mobile": PHONE,
    },
    "ps_connections": {"ip_address": IP},
    "ps_mail": {"recipient": EMAIL},
    "ps_emailsubscription": {"email": EMAIL, "ip_registration_newsletter": IP},
}

MAGENTO = """
CREATE TABLE customer_entity (
    entity_id INTEGER PRIMARY KEY, website_id INTEGER, email VARCHAR(255), prefix VARCHAR(40), firstname
    VARCHAR(255), middlename VARCHAR(255), lastname VARCHAR(255), dob DATE, taxvat VARCHAR(50), gender
    INTEGER, password_hash VARCHAR(128), default_billing INTEGER);
CREATE TABLE customer_address_entity (
    entity_id INTEGER PRIMARY KEY, parent_id INTEGER, city VARCHAR(255), company VARCHAR(255), country_id
    VARCHAR(255), fax VARCHAR(255), firstname VARCHAR(255), lastname VARCHAR(255), postcode VARCHAR(255),
    street TEXT, telephone VARCHAR(255), region VARCHAR(255));
CREATE TABLE sales_order (
    entity_id INTEGER PRIMARY KEY, state VARCHAR(32), customer_id INTEGER, customer_email VARCHAR(128),
    customer_firstname VARCHAR(128), customer_lastname VARCHAR(128), customer_note TEXT, remote_ip
    VARCHAR(45), x_forwarded_for VARCHAR(255), shipping_description VARCHAR(255), store_name VARCHAR(255),
    email_sent INTEGER);
CREATE TABLE newsletter_subscriber (
    subscriber_id INTEGER PRIMARY KEY, customer_id INTEGER, subscriber_email VARCHAR(150), subscriber_status
    INTEGER, subscriber_confirm_code VARCHAR(32));
CREATE TABLE email_template (
    template_id INTEGER PRIMARY KEY, template_code VARCHAR(150), template_text TEXT, template_sender_name
    VARCHAR(200), template_sender_email VARCHAR(200));
CREATE TABLE sales_order_address (
    entity_id INTEGER PRIMARY KEY, parent_id INTEGER, customer_address_id INTEGER, fax VARCHAR(255), region
    VARCHAR(255), postcode VARCHAR(255), lastname VARCHAR(255), street VARCHAR(255), city VARCHAR(255), email
    VARCHAR(255), telephone VARCHAR(255), firstname VARCHAR(255), address_type VARCHAR(255));
CREATE TABLE directory_country_region (
    region_id INTEGER PRIMARY KEY, country_id VARCHAR(4), code VARCHAR(32), default_name VARCHAR(255))"""
MAGENTO_HOLDS: Holds = {
    "customer_entity": {"email": EMAIL, "firstname": NAME, "middlename": NAME, "lastname": NAME},
    "customer_address_entity": {
        "city": ADDRESS,
        "fax": PHONE,
        "firstname": NAME,
        "lastname": NAME,
        "postcode": ADDRESS,
        "street": ADDRESS,
        "telephone": PHONE,
        "region": ADDRESS,
    },
    "sales_order": {
        "customer_email": EMAIL,
        "customer_firstname": NAME,
        "customer_lastname": NAME,
        "remote_ip": IP,
        "x_forwarded_for": IP,
    },
    "newsletter_subscriber": {"subscriber_email": EMAIL},
    "sales_order_address": {
        "fax": PHONE,
        "region": ADDRESS,
        "postcode": ADDRESS,
        "lastname": NAME,
        "street": ADDRESS,
        "city": ADDRESS,
        "email": EMAIL,
        "telephone": PHONE,
        "firstname": NAME,
    },
}

DJANGO = """
CREATE TABLE auth_user (
    id INTEGER PRIMARY KEY, username VARCHAR(150), first_name VARCHAR(150), last_name VARCHAR(150), email
    VARCHAR(254), password VARCHAR(128), last_login TIMESTAMP, is_active BOOLEAN, date_joined TIMESTAMP);
CREATE TABLE account_emailaddress (
    id INTEGER PRIMARY KEY, email VARCHAR(254), verified BOOLEAN, user_id INTEGER REFERENCES auth_user (id));
CREATE TABLE shop_order (
    id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES auth_user (id), full_name VARCHAR(99), phone_number
    VARCHAR(20), delivery_address TEXT, delivery_city VARCHAR(99), created TIMESTAMP);
CREATE TABLE crm_lead (
    id INTEGER PRIMARY KEY, contact_name VARCHAR(99), mobile_phone VARCHAR(20), e_mail VARCHAR(99),
    comment_text TEXT, remote_address VARCHAR(45));
CREATE TABLE django_session (
    session_key VARCHAR(40) PRIMARY KEY, session_data TEXT, expire_date TIMESTAMP);
CREATE TABLE django_site (
    id INTEGER PRIMARY KEY, domain VARCHAR(100), name VARCHAR(50));
CREATE TABLE shop_product (
    id INTEGER PRIMARY KEY, name VARCHAR(100), description TEXT, slug VARCHAR(99), state VARCHAR(9))"""
DJANGO_HOLDS: Holds = {
    "auth_user": {"first_name": NAME, "last_name": NAME, "email": EMAIL},
    "account_emailaddress": {"email": EMAIL},
    "shop_order": {
        "full_name": NAME,
        "phone_number": PHONE,
        "delivery_address": ADDRESS,
        "delivery_city": ADDRESS,
    },
    "crm_lead": {"contact_name": NAME, "mobile_phone": PHONE, "e_mail": EMAIL, "remote_address": IP},
}

PHPBB = """
CREATE TABLE phpbb_users (
    user_id INTEGER PRIMARY KEY, user_type INTEGER, user_ip VARCHAR(40), username VARCHAR(255), user_email
    VARCHAR(100), user_birthday VARCHAR(10), user_lang VARCHAR(30), user_timezone VARCHAR(100),
    user_allow_viewemail INTEGER, user_sig TEXT);
CREATE TABLE phpbb_posts (
    post_id INTEGER PRIMARY KEY, topic_id INTEGER, forum_id INTEGER, poster_id INTEGER, poster_ip VARCHAR(40),
    post_username VARCHAR(255), post_subject VARCHAR(255), post_text TEXT);
CREATE TABLE phpbb_sessions (
    session_id CHAR(32) PRIMARY KEY, session_user_id INTEGER, session_ip VARCHAR(40), session_browser
    VARCHAR(150), session_forwarded_for VARCHAR(255));
CREATE TABLE phpbb_log (
    log_id INTEGER PRIMARY KEY, log_type INTEGER, user_id INTEGER, log_ip VARCHAR(40), log_operation TEXT);
CREATE TABLE phpbb_forums (
    forum_id INTEGER PRIMARY KEY, parent_id INTEGER, forum_name VARCHAR(255), forum_desc TEXT)"""
PHPBB_HOLDS: Holds = {
    "phpbb_users": {"user_ip": IP, "user_email": EMAIL},
    "phpbb_posts": {"poster_ip": IP},
    "phpbb_sessions": {"session_ip": IP, "session_forwarded_for": IP},
    "phpbb_log": {"log_ip": IP},
}

CS_CART = """
CREATE TABLE cscart_users (
    user_id INTEGER PRIMARY KEY, status CHAR(1), user_login VARCHAR(255), firstname VARCHAR(128), lastname
    VARCHAR(128), company VARCHAR(255), email VARCHAR(128), phone VARCHAR(128), fax VARCHAR(128), birthday
    INTEGER, purchase_timestamp_from INTEGER);
CREATE TABLE cscart_user_profiles (
    profile_id INTEGER PRIMARY KEY, user_id INTEGER, b_firstname VARCHAR(128), b_lastname VARCHAR(128),
    b_address VARCHAR(255), b_city VARCHAR(255), b_zipcode VARCHAR(32), b_phone VARCHAR(128), s_firstname
    VARCHAR(128), s_lastname VARCHAR(128), s_address VARCHAR(255), s_city VARCHAR(255), s_zipcode VARCHAR(32),
    s_phone VARCHAR(128), s_address_type VARCHAR(32), profile_name VARCHAR(32));
CREATE TABLE cscart_orders (
    order_id INTEGER PRIMARY KEY, user_id INTEGER, total DECIMAL(12,2), firstname VARCHAR(128), lastname
    VARCHAR(128), email VARCHAR(128), phone VARCHAR(128), b_address VARCHAR(255), b_city VARCHAR(255),
    ip_address VARCHAR(64), notes TEXT);
CREATE TABLE cscart_subscribers (
    subscriber_id INTEGER PRIMARY KEY, email VARCHAR(128), lang_code CHAR(2));
CREATE TABLE cscart_product_descriptions (
    product_id INTEGER PRIMARY KEY, product VARCHAR(255), full_description TEXT);
CREATE TABLE cscart_companies (
    company_id INTEGER PRIMARY KEY, company VARCHAR(255), storefront VARCHAR(255))"""
CS_CART_HOLDS: Holds = {
    "cscart_users": {"firstname": NAME, "lastname": NAME, "email": EMAIL, "phone": PHONE, "fax": PHONE},
    "cscart_user_profiles": {
        "b_firstname": NAME,
        "b_lastname": NAME,
        "b_address": ADDRESS,
        "b_city": ADDRESS,
        "b_zipcode": ADDRESS,
        "b_phone": PHONE,
        "s_firstname": NAME,
        "s_lastname": NAME,
        "s_address": ADDRESS,
        "s_city": ADDRESS,
        "s_zipcode": ADDRESS,
        "s_phone": PHONE,
    },
    "cscart_orders": {
        "firstname": NAME,
        "lastname": NAME,
        "email": EMAIL,
        "phone": PHONE,
        "b_address": ADDRESS,
        "b_city": ADDRESS,
        "ip_address": IP,
    },
    "cscart_subscribers": {"email": EMAIL},
}

OFFICE = """
CREATE TABLE sotrudniki (
    kod INTEGER PRIMARY KEY, familia VARCHAR(50), imya VARCHAR(50), otchestvo VARCHAR(50), tel_mob
    VARCHAR(20), tel_dom VARCHAR(20), adres_propiski TEXT, adres_projivaniya TEXT, email VARCHAR(99),
    dolzhnost VARCHAR(50));
CREATE TABLE kontragenty (
    kod INTEGER PRIMARY KEY, naimenovanie VARCHAR(99), kontaktnoe_lico VARCHAR(99), telefon VARCHAR(20), email
    VARCHAR(99), fakt_adres TEXT, bin VARCHAR(12));
CREATE TABLE zayavki (
    nomer INTEGER PRIMARY KEY, data TIMESTAMP, klient VARCHAR(99), telefon_klienta VARCHAR(20), pochta_klienta
    VARCHAR(99), adres_dostavki TEXT, tovar VARCHAR(99), kommentarii TEXT);
CREATE TABLE satyp_alushy (
    id INTEGER PRIMARY KEY, tegi VARCHAR(50), esimi VARCHAR(50), elektrondyk_poshta VARCHAR(99),
    bailanys_telefony VARCHAR(20), turgylykty_mekenzhaiy TEXT);
CREATE TABLE tovar (
    kod INTEGER PRIMARY KEY, naimenovanie VARCHAR(99), cena INTEGER, opisanie TEXT, edinica VARCHAR(9))"""
OFFICE_HOLDS: Holds = {
    "sotrudniki": {
        "familia": NAME,
        "imya": NAME,
        "otchestvo": NAME,
        "tel_mob": PHONE,
        "tel_dom": PHONE,
        "adres_propiski": ADDRESS,
        "adres_projivaniya": ADDRESS,
        "email": EMAIL,
    },
    "kontragenty": {"kontaktnoe_lico": NAME, "telefon": PHONE, "email": EMAIL, "fakt_adres": ADDRESS},
    "zayavki": {"klient": NAME, "telefon_klienta": PHONE, "pochta_klienta": EMAIL, "adres_dostavki": ADDRESS},
    "satyp_alushy": {
        "tegi": NAME,
        "esimi": NAME,
        "elektrondyk_poshta": EMAIL,
        "bailanys_telefony": PHONE,
        "turgylykty_mekenzhaiy": ADDRESS,
    },
}

EVERY: Mapping[str, tuple[str, Holds]] = {
    "opencart": (OPENCART, OPENCART_HOLDS),
    "prestashop": (PRESTASHOP, PRESTASHOP_HOLDS),
    "magento": (MAGENTO, MAGENTO_HOLDS),
    "django": (DJANGO, DJANGO_HOLDS),
    "phpbb": (PHPBB, PHPBB_HOLDS),
    "cs_cart": (CS_CART, CS_CART_HOLDS),
    "office": (OFFICE, OFFICE_HOLDS),
}
