"""Builds the link of an RFID reader by the protocol that the site file names."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass

from drivers.mqtt.port import Connect
from drivers.ports import Dial
from drivers.rfid.chafon.link import ChafonLink
from drivers.rfid.chafon.link import Settings as ChafonSettings
from drivers.rfid.impinj.link import ImpinjLink
from drivers.rfid.impinj.link import Settings as ImpinjSettings
from drivers.rfid.llrp.link import LlrpLink
from drivers.rfid.llrp.link import Settings as LlrpSettings
from drivers.rfid.reader import ReaderLink, Surroundings
from drivers.rfid.zebra.link import Settings as ZebraSettings
from drivers.rfid.zebra.link import ZebraLink
from edge.site import Device


@dataclass(frozen=True, slots=True)
class Ways:
    """How readers are reached: lines, the site's broker, and for those with a web service passwords and authorities."""

    dial: Dial
    mqtt: Callable[[], Connect]
    """Gives the way to the site's broker; only those need it whose readers stand there."""
    secret: Callable[[str], str]
    """Gives the password of a name; raises SiteError that says how to set it."""
    trust: Callable[[str], ssl.SSLContext]
    """Gives TLS that trusts the authority in a file, or without one those that the machine knows."""

    def link(self, device: Device, around: Surroundings) -> ReaderLink:
        """Return the link of a reader."""
        antennas = tuple(device.antennas)
        match device.protocol:
            case "impinj":
                return self._impinj(device, around)
            case "zebra":
                topic = device.address.removeprefix("mqtt:")
                zebra = ZebraSettings(antennas=antennas, session=device.session)
                return ZebraLink(device.id, topic, connect=self.mqtt(), settings=zebra, **around)
            case "chafon":
                chafon = ChafonSettings(antennas=antennas, session=device.session)
                return ChafonLink(device.id, device.address, dial=self.dial, settings=chafon, **around)
            case "llrp":
                llrp = LlrpSettings(antennas=antennas, session=device.session)
                return LlrpLink(device.id, device.address, dial=self.dial, settings=llrp, **around)
            case other:
                raise ValueError(f"{device.id}: {other} is no reader's protocol")

    def _impinj(self, device: Device, around: Surroundings) -> ReaderLink:
        settings = ImpinjSettings(
            user=device.user,
            password=self.secret(device.secret),
            antennas=tuple(device.antennas),
            session=device.session,
        )
        tls = self.trust(device.ca_file) if device.address.startswith("https:") else None
        return ImpinjLink(device.id, device.address, settings=settings, tls=tls, **around)
