//! A derivation in sentences, each on its line.

use std::collections::HashMap;

use super::derivation::{Derivation, Entry, Fact, Step};
use super::words::Words;
use crate::provider::Node;
use crate::versions::Versions;

/// The most sentences; of a longer story the middle is left out.
const SENTENCES: usize = 40;
/// The most facts in one sentence.
const FACTS: usize = 3;

/// A sentence: why, and what follows.
struct Sentence<'d> {
    /// Facts that were not told before.
    facts: Vec<&'d Fact>,
    /// Steps that were told before, other than the last sentence's.
    earlier: Vec<usize>,
    /// Whether it goes on from the last sentence.
    continues: bool,
    step: usize,
}

/// Tells how it came that nothing fits.
pub(super) fn tell(derivation: &Derivation, words: &Words<'_>) -> Vec<String> {
    let end = derivation.end();
    if let Some(Entry::Fact(fact)) = derivation.get(end) {
        return vec![format!("  {}", words.fact(fact))];
    }
    let sentences = plan(derivation, end);
    // Steps that a later sentence comes back to have a number.
    let mut numbers: HashMap<usize, usize> = HashMap::new();
    for sentence in &sentences {
        for earlier in &sentence.earlier {
            numbers.entry(*earlier).or_default();
        }
    }
    let mut next = 1;
    for sentence in &sentences {
        if let Some(number) = numbers.get_mut(&sentence.step) {
            *number = next;
            next += 1;
        }
    }
    let first_clash = sentences.iter().position(|sentence| clash(&sentence.facts));
    let dropped = sentences.len().saturating_sub(SENTENCES);
    let gap = SENTENCES / 2..SENTENCES / 2 + dropped;
    let mut lines = Vec::new();
    for (at, sentence) in sentences.iter().enumerate() {
        if !gap.contains(&at) {
            lines.push(say(sentence, derivation, words, &numbers, first_clash == Some(at)));
        } else if at == gap.start {
            lines.push(format!("  … ({dropped} more conclusions)"));
        }
    }
    lines
}

/// The steps in an order in which each follows from what was told, without those that can be skipped.
fn plan(derivation: &Derivation, end: usize) -> Vec<Sentence<'_>> {
    let mut uses: HashMap<usize, usize> = HashMap::new();
    let mut order: Vec<usize> = Vec::new();
    // (a step, whether its causes were seen to)
    let mut stack = vec![(end, false)];
    while let Some((at, ready)) = stack.pop() {
        let Some(Entry::Step(step)) = derivation.get(at) else { continue };
        if ready {
            order.push(at);
            continue;
        }
        let uses = uses.entry(at).or_default();
        *uses += 1;
        if *uses > 1 {
            continue;
        }
        stack.push((at, true));
        // The first cause is told last, so that its conclusion is at hand.
        stack.extend(causes(derivation, step).map(|cause| (cause, false)));
    }
    let mut sentences: Vec<Sentence<'_>> = Vec::new();
    for at in order {
        let Some(Entry::Step(step)) = derivation.get(at) else { continue };
        let mut sentence = Sentence { facts: Vec::new(), earlier: Vec::new(), continues: false, step: at };
        for cause in causes(derivation, step) {
            match derivation.get(cause) {
                Some(Entry::Fact(fact)) => sentence.facts.push(fact),
                _ if sentences.last().is_some_and(|last| last.step == cause) => sentence.continues = true,
                _ => sentence.earlier.push(cause),
            }
        }
        // A conclusion that serves the next one only is skipped, while the sentence stays short.
        if let Some(last) = sentences.last_mut()
            && sentence.continues
            && sentence.earlier.is_empty()
            && uses.get(&last.step) == Some(&1)
            && (last.continues || !last.earlier.is_empty())
            && last.facts.len() + sentence.facts.len() <= FACTS
        {
            last.facts.append(&mut sentence.facts);
            last.step = at;
        } else {
            sentences.push(sentence);
        }
    }
    sentences
}

fn causes(derivation: &Derivation, step: &Step) -> impl Iterator<Item = usize> {
    step.causes.map(|cause| derivation.resolve(cause)).into_iter()
}

fn say(
    sentence: &Sentence<'_>,
    derivation: &Derivation,
    words: &Words<'_>,
    numbers: &HashMap<usize, usize>,
    // Whether to remind of the rule that makes the facts clash.
    rule: bool,
) -> String {
    let mut reasons: Vec<String> =
        sentence.earlier.iter().map(|at| format!("of ({})", numbers.get(at).copied().unwrap_or(0))).collect();
    // What is asked for is said in one clause, at the end.
    let mut facts = sentence.facts.clone();
    facts.sort_by_key(|fact| fact.from);
    let (asked, facts): (Vec<&Fact>, Vec<&Fact>) =
        facts.into_iter().partition(|fact| fact.from == Node::Root);
    reasons.extend(facts.iter().map(|fact| words.fact(fact)));
    if !asked.is_empty() {
        reasons.push(words.asked(&asked));
    }
    if rule {
        reasons.push("one version of each module is linked".to_owned());
    }
    let conclusion = match derivation.get(sentence.step) {
        // Whatever is left of terms here is true of features by construction.
        _ if sentence.step == derivation.end() => "nothing fits".to_owned(),
        Some(Entry::Step(step)) => words.conclusion(&step.terms),
        _ => String::new(),
    };
    let start = match (sentence.continues, reasons.is_empty()) {
        (true, true) => "so",
        (true, false) => "and because",
        (false, _) => "because",
    };
    let number = numbers.get(&sentence.step).map(|number| format!(" ({number})")).unwrap_or_default();
    let reasons = reasons.join(", and ");
    let comma = if reasons.is_empty() { " " } else { ", " };
    format!("  {start} {reasons}{comma}{conclusion}{number}").replace("so  ", "so ")
}

/// Whether two facts want different versions of one module.
fn clash(facts: &[&Fact]) -> bool {
    let module = |fact: &Fact| match fact.on {
        Node::Module(name) | Node::Feature(name, _) => Some(name),
        _ => None,
    };
    facts.iter().enumerate().any(|(at, fact)| {
        facts.iter().skip(at + 1).any(|other| {
            module(fact).is_some()
                && module(fact) == module(other)
                && <Versions as pubgrub::VersionSet>::is_disjoint(&fact.accepted, &other.accepted)
        })
    })
}
