"""What senders call the fields of an order, in English, German, French, Polish and Spanish.

A table and little else: words are folded (no case, no accents) and the likelier ones stand first.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_TABLE = """\
order ReferenceNumber id: order number, order no, order id, reference number, order reference, order ref, \
reference, document no, document number, sales order, \
bestellnr, bestellnummer, auftragsnr, auftragsnummer, belegnummer, numero de commande, no commande, commande, \
numer zamowienia, nr zamowienia, zamowienie, numero de pedido, num pedido, pedido, name, number, id
order ReceivedDate date: order date, created at, purchase date, date created gmt, date created, received date, \
ordered at, document date, doc date,  bestelldatum, auftragsdatum, date de commande, date commande, \
data zamowienia, fecha de pedido, \
fecha pedido, datum, date, fecha, data
order DispatchBy date: dispatch by, ship by, latest ship date, ship until, requested date, promised date, \
due date, versand bis, versanddatum, \
liefertermin, lieferdatum, date expedition, expedier avant, data wysylki, wysylka do, fecha de envio, enviar antes
order Currency currency: currency, currency code, payment currency, curr, waehrung, wahrung, devise, monnaie, \
waluta, \
moneda, divisa
order ChannelBuyerName person: buyer name, buyer display name, buyer, billing name, customer name, customer, kunde, \
kundenname, kaeufer, client, nom client, acheteur, klient, kupujacy, cliente, comprador
order PostalServiceCost number: shipping cost, shipping costs, shipping price, shipping price minor, shipping total, \
shipping, postage, freight, versandkosten, porto, fracht, frais de port, frais de livraison, koszt wysylki, \
koszt dostawy, gastos de envio
order PostalServiceTaxRate number: shipping tax rate, shipping vat rate, shipping vat bp
item OrderLineNumber text: order item id, line number, line no, order line number, position, positionsnr, pos, \
no ligne, pozycja, linea, id
item SKU text: sku, lineitem sku, item number, article number, article no, product code, item code, artikelnr, \
artikelnummer, article, artikel, material, reference article, code article, kod produktu, kod towaru, symbol, \
referencia, codigo
item ItemTitle text: item title, title, product name, item name, lineitem name, product, description, \
product description, item description, bezeichnung, \
artikelbezeichnung, designation, libelle, nazwa produktu, nazwa towaru, nazwa, descripcion, titulo, name
item Qty number: quantity, qty, lineitem quantity, quantity purchased, quantity ordered, qty ordered, menge, \
anzahl, stueckzahl, \
stuckzahl, quantite, qte, ilosc, cantidad
item PricePerUnit number: unit price, price per unit, lineitem price, unit price minor, price, item price, \
stuckpreis, stueckpreis, einzelpreis, preis, prix unitaire, prix, cena jednostkowa, cena, precio unitario, precio
item TaxRate number: tax rate, vat rate, tax percent, vat bp, vat, mwst, mwst satz, ust, steuersatz, taux tva, tva, \
stawka vat, iva
address FullName person: full name, recipient name, recipient, name, empfaenger, empfanger, destinataire, nom, \
odbiorca, destinatario
address FirstName person: first name, firstname, name first, vorname, prenom, imie, nombre
address LastName person: last name, lastname, surname, name last, nachname, nom de famille, nazwisko, apellidos
address Company text: company, company name, firma, societe, entreprise, empresa
address Address1 text: address 1, address line 1, street 1, street, strasse, adresse 1, adresse, address, rue, \
ulica, \
adres, calle, direccion
address HouseNumber text: house number, house no, hausnr, hausnummer, nr domu
address Address2 text: address 2, address line 2, street 2, adresszusatz, adresse 2, zusatz, complement, floor, \
adres 2
address Address3 text: address 3, address line 3, street 3, adresse 3
address Town text: town, city, ort, stadt, ville, miasto, miejscowosc, ciudad, poblacion
address Region text: region, state, province, county, bundesland, wojewodztwo, provincia
address PostCode text: post code, postcode, postal code, zip, zip code, plz, postleitzahl, code postal, \
kod pocztowy, \
codigo postal
address Country country: country, country code, land, pays, kraj, pais
address PhoneNumber text: phone number, phone, telephone, telefon, tel, mobile, telefono
address EmailAddress email: email, e mail, email address, mail, courriel, correo
state Paid text: financial status, payment status, payment state, status, paid, bezahlt, paye, oplacone, pagado
"""
DELIVERY = frozenset(
    {"ship", "shipping", "delivery", "recipient", "lieferung", "liefer", "livraison", "dostawa", "dostawy", "envio"}
)
BILLING = frozenset(
    {"bill", "billing", "invoice", "rechnung", "facturation", "facture", "faktura", "faktury", "factura"}
)
_NEUTRAL = frozenset({"address", "adresse", "adres", "buyer", "customer", "kunde"})
_LETTERS = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe"})


@dataclass(frozen=True, slots=True)
class Field:
    """A field to be found."""

    part: str  #: of the order: order, item, address or state
    name: str
    look: str  #: what its values look like
    words: tuple[tuple[str, ...], ...]


@lru_cache(maxsize=1)
def list_fields() -> tuple[Field, ...]:
    """Return the fields to be found, in the order they are written."""
    fields = []
    for line in _TABLE.splitlines():
        head, _, words = line.partition(": ")
        part, name, look = head.split()
        fields.append(Field(part, name, look, tuple(tuple(phrase.split()) for phrase in words.split(", "))))
    return tuple(fields)


def split_name(name: str) -> tuple[str, ...]:
    """Given a column's name or a path of keys, return its folded words: `shipTo.street[0]` is ship, to, street, 1."""
    name = re.sub(r"\[(\d+)\]", lambda index: f" {int(index[1]) + 1}", name)
    name = re.sub(r"(?<=[a-zà-ž])(?=[A-Z])", " ", name).casefold().translate(_LETTERS)
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return tuple(re.findall(r"[^\W\d_]+|\d+", plain))


def find_role(words: tuple[str, ...]) -> str:
    """Given a name's words, return which address they speak of: delivery, billing or ""."""
    if BILLING.intersection(words):
        return "billing"
    return "delivery" if DELIVERY.intersection(words) else ""


def score_name(words: tuple[str, ...], field: Field) -> float:
    """Given a name's words, return how well they name a field: 1 is exactly, 0 not at all."""
    own = tuple(word for word in words if word not in DELIVERY | BILLING) if field.part == "address" else words
    plain = tuple(word for word in own if word not in _NEUTRAL) if field.part == "address" else own
    best = 0.0
    for rank, phrase in enumerate(field.words):
        if phrase in {words, own, plain} or "".join(phrase) == "".join(own):
            return 1 - rank / 100
        if any(words[at : at + len(phrase)] == phrase for at in range(len(words))):
            best = max(best, 0.4 + 0.3 * len(phrase) / len(words) - rank / 100)
    return best
