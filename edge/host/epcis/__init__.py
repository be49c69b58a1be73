"""What happened at the site, told in the words of GS1's EPCIS 2.0 (docs/epcis.md; H28, I48-I52)."""
