"""The bare words of the Core Business Vocabulary 2.0, as EPCIS 2.0 events carry them (I50)."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BIZ_STEPS = _words("""
    accepting arriving assembling collecting commissioning consigning creating_class_instance cycle_counting
    decommissioning departing destroying disassembling dispensing encoding entering_exiting holding inspecting
    installing killing loading other packing picking receiving removing repackaging repairing replacing reserving
    retail_selling sampling sensor_reporting shipping staging_outbound stock_taking stocking storing transporting
    unloading unpacking void_shipping
""")
DISPOSITIONS = _words("""
    active available completeness_inferred completeness_verified conformant container_closed container_open damaged
    destroyed dispensed disposed encoded expired in_progress in_transit inactive mismatch_class mismatch_instance
    mismatch_quantity needs_replacement no_pedigree_match non_conformant non_sellable_other partially_dispensed
    recalled reserved retail_sold returned sellable_accessible sellable_not_accessible stolen unavailable unknown
""")
TRANSACTION_TYPES = _words("bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt")
PARTY_TYPES = _words("owning_party possessing_party location")
ERROR_REASONS = _words("did_not_occur incorrect_data")
ACTIONS = _words("ADD OBSERVE DELETE")
EVENT_TYPES = _words("ObjectEvent AggregationEvent AssociationEvent TransactionEvent TransformationEvent")
