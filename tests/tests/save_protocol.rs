//! The save protocol of docs/kiosk-protocol.md, checked exhaustively on a small world: two kiosks, three answers to one question, a network that
//! loses, repeats and reorders, a server that dies between receiving and committing, a browser that is killed and opened again with its journal,
//! and a take-over by another kiosk, each at any moment.

use std::collections::{BTreeMap, BTreeSet};

use stateright::{Checker, HasDiscoveries, Model, Property};

type Seq = u8;
/// What was answered; each input is a value of its own, so that a mix-up shows.
type Value = u8;
type Epoch = u8;

/// How the protocol is built. The others each leave out one of its rules, and show that the model notices.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Built {
    /// The epoch is checked in the transaction that commits, the highest number is the answer, numbers go on after the journal's.
    AsItIs,
    ChecksEpochWhenReceiving,
    ChecksNoEpoch,
    AcknowledgesBeforeCommitting,
    LastToArriveIsTheAnswer,
    NumbersGoOnAfterTheServersOnly,
}

struct World {
    built: Built,
    inputs: Value,
    /// How often a browser is killed.
    deaths: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Kiosk {
    /// Holds the attempt, as far as it knows.
    epoch: Option<Epoch>,
    next_seq: Seq,
    /// On the kiosk's disk: survives its death, until acknowledged.
    journal: BTreeMap<Seq, Value>,
    acknowledged: BTreeMap<Seq, Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Message {
    Save { kiosk: usize, epoch: Epoch, seq: Seq, value: Value },
    Acknowledge { kiosk: usize, seq: Seq },
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct State {
    kiosks: [Kiosk; 2],
    inputs: Value,
    /// Messages under way; one that was delivered may be delivered again.
    network: BTreeSet<Message>,
    /// Received, not yet committed: lost when the server dies.
    pending: BTreeSet<Message>,
    durable: BTreeMap<Seq, Value>,
    /// The number that was committed last.
    last_to_arrive: Seq,
    epoch: Epoch,
    deaths: u8,
    /// A number was committed twice with different values.
    overwritten: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Answer(usize),
    Send(usize, Seq),
    Deliver(Message),
    Lose(Message),
    Commit,
    ServerDies,
    BrowserDies(usize),
    TakeOver,
}

impl Model for World {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let idle = Kiosk { epoch: None, next_seq: 1, journal: BTreeMap::new(), acknowledged: BTreeMap::new() };
        let first = Kiosk { epoch: Some(1), ..idle.clone() };
        vec![State {
            kiosks: [first, idle],
            inputs: 0,
            network: BTreeSet::new(),
            pending: BTreeSet::new(),
            durable: BTreeMap::new(),
            last_to_arrive: 0,
            epoch: 1,
            deaths: 0,
            overwritten: false,
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        for (n, kiosk) in state.kiosks.iter().enumerate() {
            if kiosk.epoch.is_some() {
                if state.inputs < self.inputs {
                    steps.push(Step::Answer(n));
                }
                steps.extend(kiosk.journal.keys().map(|seq| Step::Send(n, *seq)));
            }
        }
        for message in &state.network {
            steps.push(Step::Deliver(*message));
            steps.push(Step::Lose(*message));
        }
        if !state.pending.is_empty() {
            steps.push(Step::Commit);
            steps.push(Step::ServerDies);
        }
        if state.kiosks[1].epoch.is_none() {
            steps.push(Step::TakeOver);
        }
        for (n, kiosk) in state.kiosks.iter().enumerate() {
            if kiosk.epoch == Some(state.epoch) && state.deaths < self.deaths {
                steps.push(Step::BrowserDies(n));
            }
        }
    }

    fn next_state(&self, last: &State, step: Step) -> Option<State> {
        let mut state = last.clone();
        match step {
            Step::Answer(n) => {
                state.inputs += 1;
                let kiosk = &mut state.kiosks[n];
                kiosk.journal.insert(kiosk.next_seq, state.inputs);
                kiosk.next_seq += 1;
            }
            Step::Send(n, seq) => {
                let kiosk = &state.kiosks[n];
                let save = Message::Save { kiosk: n, epoch: kiosk.epoch?, seq, value: *kiosk.journal.get(&seq)? };
                state.network.insert(save);
            }
            Step::Lose(message) => {
                state.network.remove(&message);
            }
            Step::Deliver(Message::Acknowledge { kiosk: n, seq }) => {
                let kiosk = &mut state.kiosks[n];
                if let Some(value) = kiosk.journal.remove(&seq) {
                    kiosk.acknowledged.insert(seq, value);
                }
            }
            Step::Deliver(save @ Message::Save { kiosk, epoch, seq, .. }) => {
                if self.built == Built::ChecksEpochWhenReceiving && epoch != state.epoch {
                    return None;
                }
                state.pending.insert(save);
                if self.built == Built::AcknowledgesBeforeCommitting {
                    state.network.insert(Message::Acknowledge { kiosk, seq });
                }
            }
            Step::Commit => {
                for message in std::mem::take(&mut state.pending) {
                    let Message::Save { kiosk, epoch, seq, value } = message else { continue };
                    // An older epoch is told that another kiosk has taken over; nothing of it is written.
                    let checks = !matches!(self.built, Built::ChecksEpochWhenReceiving | Built::ChecksNoEpoch);
                    if checks && epoch != state.epoch {
                        continue;
                    }
                    let kept = *state.durable.entry(seq).or_insert(value);
                    state.overwritten |= kept != value;
                    state.last_to_arrive = seq;
                    state.network.insert(Message::Acknowledge { kiosk, seq });
                }
            }
            Step::ServerDies => state.pending.clear(),
            // The browser is opened again at the same kiosk and finds its journal.
            Step::BrowserDies(n) => {
                state.deaths += 1;
                state.epoch += 1;
                let known = state.durable.keys().next_back().copied().unwrap_or(0);
                let kiosk = &mut state.kiosks[n];
                let written = kiosk.journal.keys().next_back().copied().unwrap_or(0);
                kiosk.epoch = Some(state.epoch);
                kiosk.next_seq = 1 + if self.built == Built::NumbersGoOnAfterTheServersOnly { known } else { known.max(written) };
            }
            Step::TakeOver => {
                state.epoch += 1;
                let next_seq = state.durable.keys().next_back().map_or(1, |seq| seq + 1);
                state.kiosks[1] = Kiosk { epoch: Some(state.epoch), next_seq, journal: BTreeMap::new(), acknowledged: BTreeMap::new() };
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("what was acknowledged is durable, with the value that was given", |_, state: &State| {
                state.kiosks.iter().flat_map(|kiosk| &kiosk.acknowledged).all(|(seq, value)| state.durable.get(seq) == Some(value))
            }),
            Property::always("a number is taken once", |_, state: &State| !state.overwritten),
            Property::always("what was given is acknowledged or still in the journal of a kiosk", |_, state: &State| {
                let kept: BTreeSet<Value> =
                    state.kiosks.iter().flat_map(|kiosk| kiosk.journal.values().chain(kiosk.acknowledged.values())).copied().collect();
                (1..=state.inputs).all(|value| kept.contains(&value))
            }),
            Property::always("when all is acknowledged, what counts is what was given last", |world: &World, state: &State| {
                let holder = state.kiosks.iter().find(|kiosk| kiosk.epoch == Some(state.epoch));
                let last = holder.filter(|kiosk| kiosk.journal.is_empty()).and_then(|kiosk| kiosk.acknowledged.last_key_value());
                let counts = match world.built {
                    Built::LastToArriveIsTheAnswer => state.durable.get_key_value(&state.last_to_arrive),
                    _ => state.durable.last_key_value(),
                };
                last.is_none() || last == counts
            }),
            Property::sometimes("the later kiosk goes on after the earlier one's answers", |_, state: &State| {
                state.kiosks[0].acknowledged.len() == 1 && state.kiosks[1].acknowledged.contains_key(&2)
            }),
        ]
    }
}

/// Walks through all states, or up to the first in which a property fails.
fn discoveries(world: World) -> (usize, Vec<&'static str>) {
    let checker = world.checker().threads(2).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let mut found: Vec<&'static str> = checker.discoveries().into_keys().collect();
    found.sort_unstable();
    (checker.unique_state_count(), found)
}

#[test]
fn no_acknowledged_answer_is_lost_or_doubled_in_any_order_of_events() {
    for (inputs, deaths) in [(3, 0), (2, 1)] {
        let (states, found) = discoveries(World { built: Built::AsItIs, inputs, deaths });
        println!("{inputs} answers, {deaths} browsers killed: {states} states");
        assert_eq!(found, ["the later kiosk goes on after the earlier one's answers"], "of {states} states");
        assert!(states > 10_000, "a world of {states} states is too small to say anything");
    }
}

#[test]
fn a_protocol_without_one_of_its_rules_is_caught() {
    for (built, broken) in [
        (Built::ChecksEpochWhenReceiving, "a number is taken once"),
        (Built::ChecksNoEpoch, "a number is taken once"),
        (Built::AcknowledgesBeforeCommitting, "what was acknowledged is durable, with the value that was given"),
        (Built::LastToArriveIsTheAnswer, "when all is acknowledged, what counts is what was given last"),
        (Built::NumbersGoOnAfterTheServersOnly, "what was given is acknowledged or still in the journal of a kiosk"),
    ] {
        let (_, found) = discoveries(World { built, inputs: 2, deaths: 1 });
        assert!(found.contains(&broken), "{broken}: {found:?}");
    }
}
