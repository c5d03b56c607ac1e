use crate::biztalk::RUN_FOLDER;
use crate::diagnostic::{Diagnostic, Place};
use crate::model::Bindings;

/// Points every endpoint at something that exists here: folders of other machines at folders below [`RUN_FOLDER`], and
/// what is no file adapter at a queue named like the port, which partners can play. Gives what was changed (`Z24`),
/// one finding an endpoint.
pub fn simulate(bindings: &mut Bindings) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut point = |owner: &str, transport: &mut String, address: &mut String| {
        let before = format!("{transport} {address}");
        match transport.as_str() {
            "QUEUE" | "SQL" => return,
            "FILE" if !is_elsewhere(address) => return,
            "FILE" => *address = local(address),
            _ => {
                *address = format!("queue://{}", owner.replace(|c: char| !c.is_alphanumeric(), "-"));
                "QUEUE".clone_into(transport);
            }
        }
        let message = format!("`{owner}` is simulated: {transport} {address} stands for {}", before.trim());
        let place = Place { name: owner.to_owned(), ..Place::default() };
        let help = "point it at another address in the bindings when it should reach the real one";
        findings.push(Diagnostic::information("Z24", message, help).at(place));
    };
    for port in &mut bindings.receive_ports {
        for location in &mut port.locations {
            point(&location.name, &mut location.transport, &mut location.address);
        }
    }
    for port in &mut bindings.send_ports {
        let name = port.name.clone();
        for transport in port.primary.iter_mut().chain(&mut port.backup) {
            point(&name, &mut transport.transport, &mut transport.address);
        }
    }
    findings
}

/// True for paths of Windows and of other machines, which name nothing here.
fn is_elsewhere(address: &str) -> bool {
    let drive = address.get(1..2) == Some(":");
    drive || address.contains('\\') || address.starts_with('/') || address.starts_with("file:")
}

/// `C:\Ports\In\*.xml` becomes `orchestrion-run/C/Ports/In/*.xml`: ports that shared a folder still do.
fn local(address: &str) -> String {
    let path = address.trim_start_matches("file:").replace(['\\', ':'], "/");
    let parts = path.split('/').filter(|part| !matches!(part.trim(), "" | "." | ".."));
    std::iter::once(RUN_FOLDER).chain(parts).collect::<Vec<_>>().join("/")
}
